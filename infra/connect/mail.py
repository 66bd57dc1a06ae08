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


def mail(
    environment: Mapping[str, str], session: boto3.Session, stack: LiveStack | None
) -> Iterator[Finding]:
    """Check the sender in Amazon SES, then the account's rights and habits."""
    sender = parseaddr(environment.get("MAIL_FROM", ""))[1]
    if not sender:
        deployed = stack and "MailFrom" in stack.parameters
        stays = " here; the stack's stays." if deployed else "."
        message = f"MAIL_FROM is not set{stays}"
        yield lacking("mail", message, "export MAIL_FROM=...", can_wait=True)
        return
    ses = session.client("sesv2")
    yield _identity(ses, sender)
    try:
        account = ses.get_account()
    except (BotoCoreError, ClientError):
        yield unknown("mail to anybody", "AWS does not say.", ACCOUNT)
        return
    yield _sandbox(bool(account["ProductionAccessEnabled"]))
    suppression = account.get("SuppressionAttributes", {})
    yield _suppression(set(suppression.get("SuppressedReasons", ())))


def _identity(ses: BaseClient, sender: str) -> Finding:
    if any(_verified(ses, each) for each in (sender, sender.rpartition("@")[2])):
        return good("mail", sender)
    message = f"SES has not verified {sender}, so no mail leaves."
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
