"""Email that is due, over PostgREST."""

from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import parse_rows

from .models import Email

BATCH = 1
"""A claim counts as an attempt, so no more is claimed than can be sent in time."""


class EmailQueue(Protocol):
    """Email that is due, for the worker that sends it."""

    def claim(self) -> list[Email]:
        """Lease the email that has been due longest, for two minutes.

        One at a time: an attempt counts for what is tried, not for what waits behind it
        while the mail service is out.
        """
        ...

    def sent(self, mail: Email) -> None:
        """Record that the mail service has accepted it."""
        ...

    def failed(self, mail: Email, error: str, *, for_good: bool = False) -> bool:
        """Retry it later, or give it up; return whether it was given up."""
        ...

    def forget(self) -> int:
        """Delete some of what was sent long ago; return how much."""
        ...


class EmailQueueRepository(EmailQueue):
    """Email that is due; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self) -> list[Email]:
        rows = self._database.call("claim_emails", {"max_items": BATCH})
        return parse_rows(rows, Email.model_validate)

    @override
    def sent(self, mail: Email) -> None:
        self._database.call("record_email_sent", {"email": str(mail.id)})

    @override
    def failed(self, mail: Email, error: str, *, for_good: bool = False) -> bool:
        arguments = {
            "email": str(mail.id),
            "attempt": mail.attempt,
            "error": error,
            "permanent": for_good,
        }
        return bool(self._database.call("record_email_failure", arguments))

    @override
    def forget(self) -> int:
        return int(self._database.call("delete_old_notifications", {}))
