"""The way out for mail (Amazon SES)."""

from email.message import EmailMessage
from typing import Protocol

from shared.errors import Unavailable

from .clients import client

# Codes of SES v2 that are about all mail and not about this one.
_STOP = {
    "AccountSuspendedException",
    "LimitExceededException",
    "SendingPausedException",
    "ThrottlingException",
    "TooManyRequestsException",
}


class MailRefused(Exception):
    """The mail service refuses one message; the text is its code, without words."""


class Mailer(Protocol):
    """Extension point: another mail service is another class with this method."""

    def send(self, message: EmailMessage) -> None:
        """Hand a message over; raise `MailRefused`, or `Unavailable` for every one."""
        ...


class SesMailer:
    """`Mailer` over Amazon SES, version 2."""

    def send(self, message: EmailMessage) -> None:
        """Send to those the message is addressed to."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
        )

        sender, *readers = (
            each.addr_spec
            for header in ("From", "To")
            for each in message[header].addresses
        )
        try:
            # Once: a second attempt after an answer that got lost is a second mail.
            client("sesv2", attempts=1, patience=10).send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": readers},
                Content={"Raw": {"Data": message.as_bytes()}},
            )
        except ClientError as error:
            # Its message quotes addresses; its code does not.
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _STOP:
                raise Unavailable("The mail service takes nothing now.") from None
            raise MailRefused(code) from None
        except BotoCoreError:
            raise Unavailable("The mail service cannot be reached.") from None
