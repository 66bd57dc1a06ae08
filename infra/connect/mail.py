"""Check that email leaves, and that what comes back as undeliverable is heeded."""

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import Final

import boto3
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from infra.stack import LiveStack

from .findings import Finding, good, lacking, unknown

IDENTITIES: Final = "https://console.aws.amazon.com/ses/home#/identities"
ACCOUNT: Final = "https://console.aws.amazon.com/ses/home#/account"
HEEDED: Final = {"BOUNCE", "COMPLAINT"}


class Mail:
    """Checks of Amazon SES in one account and region.

    Args:
        environment: of this shell.
        session: a read-only AWS session.
        stack: the deployed stack; None when there is none, or AWS refused.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        session: boto3.Session,
        stack: LiveStack | None,
    ) -> None:
        self._sender = parseaddr(environment.get("MAIL_FROM", ""))[1]
        self._session, self._stack = session, stack

    def checks(self) -> Iterator[Finding]:
        """Check the sender, then the account's rights and habits."""
        if not self._sender:
            deployed = self._stack and "MailFrom" in self._stack.parameters
            stays = " here; the stack's stays." if deployed else "."
            message = f"MAIL_FROM is not set{stays}"
            yield lacking("mail", message, "export MAIL_FROM=...", can_wait=True)
            return
        ses = self._session.client("sesv2")
        yield self._identity(ses)
        try:
            account = ses.get_account()
        except (BotoCoreError, ClientError):
            yield unknown("mail to anybody", "AWS does not say.", ACCOUNT)
            return
        yield _sandbox(bool(account["ProductionAccessEnabled"]))
        suppression = account.get("SuppressionAttributes", {})
        yield _suppression(set(suppression.get("SuppressedReasons", ())))

    def _identity(self, ses: BaseClient) -> Finding:
        domain = self._sender.rpartition("@")[2]
        if any(_verified(ses, each) for each in (self._sender, domain)):
            return good("mail", self._sender)
        message = f"SES has not verified {self._sender}, so no mail leaves."
        return lacking("mail", message, IDENTITIES, can_wait=True)


def _verified(ses: BaseClient, identity: str) -> bool:
    try:
        found = ses.get_email_identity(EmailIdentity=identity)
    except (BotoCoreError, ClientError):
        return False
    return bool(found.get("VerifiedForSendingStatus"))


def _sandbox(out: bool) -> Finding:
    about = "mail to anybody"
    if out:
        return good(about)
    message = "SES is in its sandbox: mail goes to verified addresses alone."
    return lacking(about, message, ACCOUNT, can_wait=True)


def _suppression(reasons: set[str]) -> Finding:
    """Check that SES does not mail again who bounced or complained."""
    about, absent = "bounces, complaints", sorted(HEEDED - reasons)
    if not absent:
        return good(about, "such addresses get no more mail")
    message = f"SES goes on mailing addresses after a {' or a '.join(absent).lower()}."
    fix = (
        "aws sesv2 put-account-suppression-attributes --suppressed-reasons"
        " BOUNCE COMPLAINT"
    )
    return lacking(about, message, fix, can_wait=True)
