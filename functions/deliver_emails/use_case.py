"""Send email, one after the other, until none is due or time is nearly out."""

from collections.abc import Callable

from aws_lambda_powertools import Logger

from shared.core.errors import Unavailable
from shared.core.observability import Unit, measure
from shared.notifications.email import (
    Email,
    EmailComposer,
    EmailQueue,
    EmailRejected,
    InvalidAddress,
    Mailer,
)

WORST_MILLISECONDS = 32_000
"""What one email may take: its claim, an attempt to send it, and its record."""

log = Logger(child=True)


class EmailSender:
    """Claims, sends and records.

    An email is sent at least once: when we are killed between Amazon SES's answer and
    our record of it, the lease ends and it is sent again. No two workers hold the same
    email at once.
    """

    def __init__(
        self, queue: EmailQueue, composer: EmailComposer, mailer: Mailer
    ) -> None:
        self._queue = queue
        self._composer = composer
        self._mailer = mailer

    def run(self, milliseconds_left: Callable[[], int]) -> int:
        """Send what is due; return how many were sent.

        Raises:
            Unavailable: the mail service or the database is out; what was claimed is
                due again when its lease ends.
        """
        sent = 0
        while milliseconds_left() >= WORST_MILLISECONDS:
            if not (batch := self._queue.claim()):
                break
            for email in batch:
                sent += self._send(email)
        return sent

    def _send(self, email: Email) -> bool:
        try:
            self._mailer.send(self._composer.compose(email))
        except InvalidAddress:
            self._retry_later(email, "invalid address", for_good=True)
            return False
        except EmailRejected as refusal:
            self._retry_later(email, str(refusal), for_good=refusal.for_good)
            return False
        except Unavailable as outage:
            self._retry_later(email, outage.problem)
            raise
        self._queue.sent(email)
        measure({"MailSent": (Unit.COUNT, 1)})
        return True

    def _retry_later(self, email: Email, error: str, *, for_good: bool = False) -> None:
        gave_up = self._queue.failed(email, error, for_good=for_good)
        measure({"MailFailures": (Unit.COUNT, 1)})
        log.warning(
            "mail not sent", email_id=str(email.id), error=error, gave_up=gave_up
        )
