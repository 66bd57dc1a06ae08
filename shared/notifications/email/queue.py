"""Email that is due, over PostgREST."""

from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database

from .models import Email


class EmailQueue(Protocol):
    """What the worker does that sends mail."""

    def claim(self) -> list[Email]:
        """Take the mail that has been due longest, for two minutes."""
        ...

    def sent(self, mail: Email) -> None:
        """The mail service has accepted it."""
        ...

    def failed(self, mail: Email, error: str, *, for_good: bool = False) -> bool:
        """Put it off, or give it up; return whether it was given up."""
        ...

    def forget(self) -> int:
        """Delete some of what was over long ago; return how much."""
        ...


class EmailQueueRepository(EmailQueue):
    """Email that is due; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self) -> list[Email]:
        rows = self._database.call("claim_emails", {})
        return [Email.model_validate(row) for row in rows]

    @override
    def sent(self, mail: Email) -> None:
        self._database.call("email_sent", {"email": str(mail.id)})

    @override
    def failed(self, mail: Email, error: str, *, for_good: bool = False) -> bool:
        asked = {
            "email": str(mail.id),
            "attempt": mail.attempt,
            "error": error,
            "for_good": for_good,
        }
        return bool(self._database.call("email_failed", asked))

    @override
    def forget(self) -> int:
        return int(self._database.call("forget_told", {}))
