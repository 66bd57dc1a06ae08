"""Sending email through Amazon SES."""

from typing import Protocol

from typing_extensions import override

from shared.core.aws import client, passes
from shared.core.errors import Unavailable

from .models import OutgoingEmail

# Errors of SES v2's SendEmail that are about all mail and not about this one, beside
# those that pass by themselves: somebody has to act, and what is due waits for it.
STOPPED = frozenset(
    {
        "AccessDeniedException",
        "AccountSuspendedException",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
        "SendingPausedException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
# Errors that this message will always have. `MessageRejected` is none of them: SES also
# says it of a sender that is not verified yet.
NEVER = frozenset({"BadRequestException", "ValidationException"})


class EmailRejected(Exception):
    """The mail service refuses one message; the text is its error code alone.

    Attributes:
        for_good: whether it will refuse it every time.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.for_good = code in NEVER


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
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code in STOPPED or passes(code, status):
                raise Unavailable("The mail service takes nothing now.") from None
            raise EmailRejected(code) from None
        except BotoCoreError:
            raise Unavailable("The mail service cannot be reached.") from None
