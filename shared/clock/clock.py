"""Work that has come due, by kind; each kind has one worker."""

from enum import StrEnum
from typing import Protocol

from shared.persistence import Database


class Work(StrEnum):
    """What the database says there is to do (`find_work`)."""

    MISSED_EVENTS = "missed_events"
    WAITING_TICKETS = "waiting_tickets"
    IDLE_TICKETS = "idle_tickets"
    SOLVED_TICKETS = "solved_tickets"
    QUEUE_STATUSES = "queue_statuses"
    BULK_UPDATES = "bulk_updates"
    WEBHOOKS = "webhooks"
    EMAILS = "emails"


class WorkFinder(Protocol):
    """Looks what there is to do; needs the rights of a worker."""

    def find(self) -> list[Work]:
        """Return the kinds of work that somebody has to do now."""
        ...


class DueWork:
    """`WorkFinder` over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self) -> list[Work]:
        """Ask once for all kinds; those of a newer release are not for us."""
        known = set(Work)
        return [
            Work(kind) for kind in self._database.call("find_work", {}) if kind in known
        ]
