"""Sending email through Amazon SES."""

from typing import Protocol

from typing_extensions import override

from shared.core.aws import client
from shared.core.errors import Unavailable

from .models import OutgoingEmail

# Codes of SES v2 that are about all mail and not about this one.
_STOP = {
    "AccountSuspendedException",
    "LimitExceededException",
    "SendingPausedException",
    "ThrottlingException",
    "TooManyRequestsException",
}


class EmailRejected(Exception):
    """The mail service refuses one message; the text is its error code alone."""


class Mailer(Protocol):
    """Extension point: another mail service is another class with this method."""

    def send(self, email: OutgoingEmail) -> None:
        """Send a message; raise `EmailRejected`, or `Unavailable` for all of them."""
        ...


class SesMailer(Mailer):
    """`Mailer` over Amazon SES, version 2."""

    @override
    def send(self, email: OutgoingEmail) -> None:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
        )

        try:
            # Once: a second attempt after an answer that got lost is a second mail.
            client("sesv2", attempts=1, patience=10).send_email(
                FromEmailAddress=email.sender,
                Destination={"ToAddresses": [email.recipient]},
                Content={"Raw": {"Data": email.message}},
            )
        except ClientError as error:
            # Its message quotes addresses; its code does not.
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _STOP:
                raise Unavailable("The mail service takes nothing now.") from None
            raise EmailRejected(code) from None
        except BotoCoreError:
            raise Unavailable("The mail service cannot be reached.") from None
