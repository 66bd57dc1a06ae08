"""Jobs: the kinds of background work, each done by one worker."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database


class Job(StrEnum):
    """A kind of background work (`due_jobs` of the database names the same)."""

    MISSED_EVENTS = "missed_events"
    WAITING_TICKETS = "waiting_tickets"
    IDLE_TICKETS = "idle_tickets"
    SOLVED_TICKETS = "solved_tickets"
    QUEUE_STATUSES = "queue_statuses"
    BULK_UPDATES = "bulk_updates"
    WEBHOOKS = "webhooks"
    EMAILS = "emails"
    FIELD_VALUES = "field_values"

    @classmethod
    def known(cls, names: Iterable[str]) -> "list[Job]":
        """Return those of the names that this release knows, in their order."""
        return [each for name in names for each in cls if each == name]


class DueJobs(Protocol):
    """Finding the jobs that have work now."""

    def find(self) -> list[Job]:
        """Return every job that is due, in one round trip."""
        ...


class DueJobRepository(DueJobs):
    """Due jobs over PostgREST; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(self) -> list[Job]:
        return Job.known(self._database.call("due_jobs", {}))
