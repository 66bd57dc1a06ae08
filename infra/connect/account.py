"""Check the AWS account: region, parameters, secrets, concurrency, mail, bucket."""

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Final

import boto3
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud.template import load_document
from infra.stack import LiveStack, parameters_of, secrets_of, stack_name

from .findings import Finding, good, lacking, unknown

TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"
QUOTAS: Final = "https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384"
UNRESERVED: Final = 100  # executions that AWS lets nobody reserve
STUCK: Final = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


def deployed(
    environment: Mapping[str, str], session: boto3.Session
) -> LiveStack | None:
    """Return the stack; None when there is none, or the account's checks say why."""
    try:
        client = session.client("cloudformation")
        return LiveStack.find(client, stack_name(environment))
    except (BotoCoreError, ClientError):
        return None


class Account:
    """Checks of one account and region.

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
        self._environment, self._session, self._stack = environment, session, stack
        self._template = load_document(TEMPLATE)

    def checks(self) -> Iterator[Finding]:
        """Check the credentials; then whatever a deployment needs."""
        yield from self._parameters()
        region = self._session.region_name
        if not region:
            yield from self._secrets(None)
            yield lacking("AWS region", "no region is set.", "export AWS_REGION=...")
            return
        try:
            identity = self._session.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError):
            yield lacking(
                "AWS account", "no credentials.", "aws configure, or aws login"
            )
            return
        yield good("AWS account", f"...{identity['Account'][-4:]}, {region}")
        yield from self._secrets(self._session.client("ssm"))
        yield self._deployed()
        yield self._concurrency()
        yield from self._mail()
        yield self._bucket()

    def _parameters(self) -> Iterator[Finding]:
        deployed = self._stack.parameters if self._stack else frozenset[str]()
        parameters = parameters_of(self._template)
        absent = [
            each
            for each in parameters
            if each.default is None
            and each.name not in deployed
            and not self._environment.get(each.variable)
            and not each.name.startswith("Supabase")  # the project's checks say so
        ]
        for each in absent:
            message = f"{each.variable} is not set. {each.description}"
            yield lacking(each.name, message, f"export {each.variable}=...")
        if not absent:
            yield good("parameters", f"{len(parameters)}")

    def _secrets(self, ssm: BaseClient | None) -> Iterator[Finding]:
        """Check that each is stored, or set for `make deploy` to store; read none."""
        for variable, path in secrets_of(self._template, self._environment):
            fix = f"export {variable}=...; `make deploy` stores it"
            try:
                stored = ssm is not None and _is_stored(ssm, path)
            except (BotoCoreError, ClientError):
                yield unknown(variable, "AWS does not say.", fix)
                continue
            if stored:
                yield good(variable, f"stored as {path}")
            elif self._environment.get(variable):
                yield good(variable, f"`make deploy` stores it as {path}")
            else:
                message = f"{path} is not stored, where functions read it."
                yield lacking(variable, message, fix)

    def _deployed(self) -> Finding:
        about, name = "stack", stack_name(self._environment)
        if self._stack is None:
            message = f"{name} is not deployed yet."
            return lacking(about, message, "make deploy", can_wait=True)
        if self._stack.status in STUCK:
            message = f"{name} was never completed ({self._stack.status})."
            return lacking(
                about, message, f"aws cloudformation delete-stack --stack-name {name}"
            )
        if self._stack.status == "UPDATE_ROLLBACK_FAILED":
            fix = f"aws cloudformation continue-update-rollback --stack-name {name}"
            return lacking(about, "an update could not be undone.", fix)
        if self._stack.status.endswith("_IN_PROGRESS"):
            return lacking(about, f"{self._stack.status}.", "wait until it is over")
        return good(about, f"{name}, {self._stack.status}")

    def _concurrency(self) -> Finding:
        """Check the quota: a new account's ten executions leave none to reserve."""
        about = "Lambda concurrency"
        try:
            limit = self._session.client("lambda").get_account_settings()[
                "AccountLimit"
            ]
        except (BotoCoreError, ClientError):
            return unknown(about, "AWS does not say.", QUOTAS)
        needed = UNRESERVED + (0 if self._stack else self._reserved())
        free = limit["UnreservedConcurrentExecutions"]
        if free < needed:
            message = f"{free} unreserved, and the template needs {needed}."
            return lacking(about, message, QUOTAS)
        return good(about, f"{free} unreserved")

    def _reserved(self) -> int:
        functions = self._template["Resources"].values()
        reserved = (
            each.get("Properties", {}).get("ReservedConcurrentExecutions", 0)
            for each in functions
        )
        return sum(each for each in reserved if isinstance(each, int))

    def _mail(self) -> Iterator[Finding]:
        sender = parseaddr(self._environment.get("MAIL_FROM", ""))[1]
        page = "https://console.aws.amazon.com/ses/home#/identities"
        if not sender:
            deployed = self._stack and "MailFrom" in self._stack.parameters
            message = "MAIL_FROM is not set" + (
                " here; the stack's stays." if deployed else "."
            )
            yield lacking("mail", message, "export MAIL_FROM=...", can_wait=True)
            return
        ses = self._session.client("sesv2")
        if any(_verified(ses, each) for each in (sender, sender.rpartition("@")[2])):
            yield good("mail", sender)
        else:
            message = f"SES has not verified {sender}, so no mail leaves."
            yield lacking("mail", message, page, can_wait=True)
        yield _sandbox(ses)

    def _bucket(self) -> Finding:
        about, bucket = "bucket", self._environment.get("DEPLOY_BUCKET", "")
        if not bucket:
            return good(about, "SAM makes one of its own")
        try:
            self._session.client("s3").head_bucket(Bucket=bucket)
        except (BotoCoreError, ClientError):
            message = f"DEPLOY_BUCKET {bucket} does not exist, or is not yours."
            return lacking(about, message, f"aws s3 mb s3://{bucket}")
        return good(about, bucket)


def _is_stored(ssm: BaseClient, path: str) -> bool:
    try:
        ssm.get_parameter(Name=path)
    except ssm.exceptions.ParameterNotFound:
        return False
    return True


def _verified(ses: BaseClient, identity: str) -> bool:
    try:
        found = ses.get_email_identity(EmailIdentity=identity)
    except (BotoCoreError, ClientError):
        return False
    return bool(found.get("VerifiedForSendingStatus"))


def _sandbox(ses: BaseClient) -> Finding:
    about, page = "mail to anybody", "https://console.aws.amazon.com/ses/home#/account"
    try:
        out = ses.get_account()["ProductionAccessEnabled"]
    except (BotoCoreError, ClientError):
        return unknown(about, "AWS does not say.", page)
    if not out:
        message = "SES is in its sandbox: mail goes to verified addresses alone."
        return lacking(about, message, page, can_wait=True)
    return good(about)
