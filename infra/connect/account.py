"""Check the AWS account: region, parameters, secrets, concurrency, alarms, bucket."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import boto3
from botocore.client import BaseClient
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from infra.local.cloud.template import load_document
from infra.stack import LiveStack, parameters_of, secrets_of, stack_name

from .findings import Finding, good, lacking, unknown
from .mail import mail

TEMPLATE: Final = Path(__file__).parents[2] / "template.yaml"
QUOTAS: Final = "https://console.aws.amazon.com/servicequotas/home/services/lambda/quotas/L-B99A9384"
UNRESERVED: Final = 100  # executions that AWS lets nobody reserve
RESERVED: Final = "ReservedConcurrentExecutions"
LOG_IN: Final = "aws configure, or aws login"
NO_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError)
REFUSALS: Final = {
    "ExpiredToken": ("the credentials have expired.", "aws login, or aws sso login"),
    "InvalidClientTokenId": ("AWS does not know this access key.", "aws configure"),
    "SignatureDoesNotMatch": (
        "the secret of the access key is wrong.",
        "aws configure",
    ),
    "AccessDenied": ("a policy denies sts:GetCallerIdentity.", "the account's owner"),
}
"""What AWS answers to credentials, with what it means and what helps."""
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
        except (BotoCoreError, ClientError) as error:
            yield lacking("AWS account", *_refusal(error))
            return
        yield good("AWS account", f"...{identity['Account'][-4:]}, {region}")
        yield from self._secrets(self._session.client("ssm"))
        yield self._deployed()
        yield self._concurrency()
        yield self._alarm_topic()
        yield from mail(self._environment, self._session, self._stack)
        yield self._bucket()

    def _parameters(self) -> Iterator[Finding]:
        deployed = self._stack.parameters if self._stack else {}
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
        for variable, path in secrets_of(
            stack_name(self._environment), self._environment
        ):
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
        if free < needed and self._environment.get("RESERVE_CONCURRENCY") != "false":
            message = f"{free} unreserved, and the template needs {needed}."
            fix = f"{QUOTAS}; until it is raised, export RESERVE_CONCURRENCY=false"
            return lacking(about, message, fix)
        return good(about, f"{free} unreserved")

    def _reserved(self) -> int:
        """Return what the template reserves; each is an `Fn::If` of the parameter."""
        resources = self._template["Resources"].values()
        reserved = (each.get("Properties", {}).get(RESERVED) for each in resources)
        return sum(int(each["Fn::If"][1]) for each in reserved if each)

    def _alarm_topic(self) -> Finding:
        """Check that somebody hears the alarms."""
        about, topic = "alarms", self._environment.get("ALARM_TOPIC", "")
        if not topic:
            if self._stack and self._stack.parameters.get("AlarmTopic"):
                return good(about, "the stack's topic stays")
            message = "ALARM_TOPIC is not set, so they notify nobody."
            fix = "aws sns create-topic, then subscribe; export ALARM_TOPIC=<its ARN>"
            return lacking(about, message, fix, can_wait=True)
        try:
            sns = self._session.client("sns")
            found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        except (BotoCoreError, ClientError):
            return lacking(
                about, "there is no such ALARM_TOPIC here.", "aws sns list-topics"
            )
        if not int(found.get("SubscriptionsConfirmed", 0)):
            message = "nobody has confirmed a subscription of ALARM_TOPIC."
            fix = f"aws sns subscribe --topic-arn {topic} --protocol email ..."
            return lacking(about, message, fix, can_wait=True)
        return good(about, topic.rpartition(":")[2])

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


def _refusal(error: BotoCoreError | ClientError) -> tuple[str, str]:
    """Return why AWS did not say who we are, and what helps; never a key."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        return REFUSALS.get(code, (f"AWS refuses these credentials ({code}).", LOG_IN))
    if isinstance(error, NO_CREDENTIALS):
        return "no credentials.", LOG_IN
    return f"AWS does not answer ({type(error).__name__}).", "the network, AWS_REGION"
