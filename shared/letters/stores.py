"""Mail that is due, over PostgREST."""

from shared.persistence import Database

from .mail import Mail


class DueMail:
    """`MailWork`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self) -> list[Mail]:
        """Take the mail that has been due longest."""
        rows = self._database.call("claim_emails", {})
        return [Mail.model_validate(row) for row in rows]

    def sent(self, mail: Mail) -> None:
        """The mail service has accepted it."""
        self._database.call("record_email_sent", {"email": str(mail.id)})

    def failed(self, mail: Mail, error: str, *, for_good: bool = False) -> bool:
        """Put it off, or give it up."""
        asked = {
            "email": str(mail.id),
            "attempt": mail.attempt,
            "error": error,
            "for_good": for_good,
        }
        return bool(self._database.call("record_email_failure", asked))

    def forget(self) -> int:
        """Delete some of what was over long ago."""
        return int(self._database.call("delete_old_notifications", {}))
