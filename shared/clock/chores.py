"""What there is to do for the workers, by kind."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from shared.persistence import Database


class Chore(StrEnum):
    """A kind of work, which one worker does (`due_jobs` of the database)."""

    MISSED_EVENTS = "missed_events"
    WAITING_TICKETS = "waiting_tickets"
    IDLE_TICKETS = "idle_tickets"
    SOLVED_TICKETS = "solved_tickets"
    QUEUE_STATUSES = "queue_statuses"
    BULK_UPDATES = "bulk_updates"
    WEBHOOKS = "webhooks"
    EMAILS = "emails"

    @classmethod
    def known(cls, names: Iterable[str]) -> "list[Chore]":
        """Those of the names that this release knows; a newer one may know more."""
        return [each for name in names for each in cls if each == name]


class ChoreFinder(Protocol):
    """Looks what there is to do; needs the rights of a worker."""

    def find(self) -> list[Chore]:
        """Return what somebody has to do now."""
        ...


class DueChores:
    """`ChoreFinder` over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self) -> list[Chore]:
        """Ask once for all of them."""
        return Chore.known(self._database.call("due_jobs", {}))
