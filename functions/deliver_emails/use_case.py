"""Hand mail over, one after the other, until none is due or time is nearly out."""

from collections.abc import Callable

from aws_lambda_powertools import Logger

from shared.aws import Mailer, MailRefused
from shared.errors import Unavailable
from shared.letters import LetterWriter, Mail, MailWork, UnwritableAddress
from shared.telemetry import Unit, measure

WORST_MILLISECONDS = 32_000
"""What one mail may take: an attempt to send it, and two calls of the database."""

log = Logger(child=True)


class Postman:
    """Claims, sends and records.

    Mail is sent at least once: when we are killed between the mail service's yes and
    our record of it, the lease ends and the mail is sent again. No two workers hold
    the same mail at once.
    """

    def __init__(self, work: MailWork, writer: LetterWriter, mailer: Mailer) -> None:
        self._work = work
        self._writer = writer
        self._mailer = mailer

    def run(self, milliseconds_left: Callable[[], int]) -> int:
        """Send what is due; return how many were sent.

        Raises:
            Unavailable: the mail service or the database is out; what was claimed is
                due again when its lease ends.
        """
        sent = 0
        while batch := self._work.claim():
            for mail in batch:
                if milliseconds_left() < WORST_MILLISECONDS:
                    return sent
                sent += self._send(mail)
        return sent

    def _send(self, mail: Mail) -> bool:
        try:
            self._mailer.send(self._writer.write(mail))
        except UnwritableAddress:
            self._give_back(mail, "unwritable address", for_good=True)
            return False
        except MailRefused as refusal:
            self._give_back(mail, str(refusal))
            return False
        except Unavailable as outage:
            self._give_back(mail, outage.problem)
            raise
        self._work.sent(mail)
        measure({"MailSent": (Unit.COUNT, 1)})
        return True

    def _give_back(self, mail: Mail, error: str, *, for_good: bool = False) -> None:
        gave_up = self._work.failed(mail, error, for_good=for_good)
        measure({"MailFailures": (Unit.COUNT, 1)})
        log.warning(
            "mail not sent", email_id=str(mail.id), error=error, gave_up=gave_up
        )
