"""An AWS account: whole, and with each thing broken in turn."""

from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from infra.connect import State
from infra.connect.account import Account
from infra.connect.read_only import open_aws
from infra.stack import LiveStack

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
READY = {
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "SUPABASE_SECRET_KEY": "sb_secret_x",
    "WEBHOOK_SECRETS": "x" * 32,
    "MAIL_FROM": "Help desk <desk@example.com>",
    "ALARM_TOPIC": TOPIC,
}
LIVE = LiveStack("UPDATE_COMPLETE", {"ApiUrl": "https://api.example.com"})


class SmallAccount:
    """Answers what moto does not: limits, and whether mail may go to anybody."""

    region_name = "eu-west-1"

    def __init__(
        self, unreserved=1000, production=True, stored=(), heard_by=1, refusal=None
    ):
        self._stored = stored
        self._limit = {"UnreservedConcurrentExecutions": unreserved}
        self._production = production
        self._heard_by = str(heard_by)
        self._refusal = refusal

    def _get_caller_identity(self):
        if self._refusal:
            raise self._refusal
        return {"Account": "123456789012"}

    def _get_parameter(self, Name):  # noqa: N803 (AWS's name)
        if Name not in self._stored:
            raise LookupError(Name)

    def client(self, name):
        return SimpleNamespace(
            get_caller_identity=self._get_caller_identity,
            get_topic_attributes=lambda TopicArn: {  # noqa: N803 (AWS's name)
                "Attributes": {"SubscriptionsConfirmed": self._heard_by}
            },
            get_account_settings=lambda: {"AccountLimit": self._limit},
            get_account=lambda: {
                "ProductionAccessEnabled": self._production,
                "SuppressionAttributes": {
                    "SuppressedReasons": ["BOUNCE", "COMPLAINT"][: 1 + self._production]
                },
            },
            get_parameter=self._get_parameter,
            exceptions=SimpleNamespace(ParameterNotFound=LookupError),
            get_email_identity=lambda EmailIdentity: {  # noqa: N803 (AWS's name)
                "VerifiedForSendingStatus": EmailIdentity == "example.com"
            },
        )


def findings(environment, session, stack=LIVE):
    return {each.about: each for each in Account(environment, session, stack).checks()}


def test_a_whole_account_lacks_nothing():
    seen = findings(READY, SmallAccount())

    assert {each.state for each in seen.values()} == {State.OK}, seen
    assert seen["AWS account"].message == "...9012, eu-west-1"


def test_a_new_account_has_no_room_for_reserved_functions():
    seen = findings(READY, SmallAccount(unreserved=10), stack=None)

    assert seen["Lambda concurrency"].state is State.MISSING
    assert "L-B99A9384" in seen["Lambda concurrency"].fix
    assert "RESERVE_CONCURRENCY=false" in seen["Lambda concurrency"].fix
    assert not seen["Lambda concurrency"].can_wait


def test_a_new_account_that_reserves_nothing_has_room():
    modest = {**READY, "RESERVE_CONCURRENCY": "false"}

    seen = findings(modest, SmallAccount(unreserved=10), stack=None)

    assert seen["Lambda concurrency"].state is State.OK


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (NoCredentialsError(), "no credentials."),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "x"), "have expired"),
        (ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "x"), "not know"),
        (ClientError({"Error": {"Code": "SignatureDoesNotMatch"}}, "x"), "is wrong"),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "x"), "a policy denies"),
        (
            ClientError({"Error": {"Code": "Odd"}}, "x"),
            "refuses these credentials (Odd",
        ),
        (EndpointConnectionError(endpoint_url="https://sts"), "does not answer"),
    ],
)
def test_why_aws_does_not_say_who_we_are_is_said(refusal, message):
    seen = findings(READY, SmallAccount(refusal=refusal), None)

    assert seen["AWS account"].state is State.MISSING
    assert message in seen["AWS account"].message
    assert seen["AWS account"].fix


def test_alarms_that_nobody_hears_are_said():
    silent = findings({**READY, "ALARM_TOPIC": ""}, SmallAccount())["alarms"]
    alone = findings(READY, SmallAccount(heard_by=0))["alarms"]
    live = LiveStack("UPDATE_COMPLETE", {}, {"AlarmTopic": TOPIC})
    kept = findings({**READY, "ALARM_TOPIC": ""}, SmallAccount(), live)["alarms"]

    assert "they notify nobody" in silent.message
    assert "nobody has confirmed" in alone.message
    assert (silent.can_wait, alone.can_wait, kept.state) == (True, True, State.OK)


def test_addresses_that_bounce_and_are_mailed_again_are_said():
    seen = findings(READY, SmallAccount(production=False))["bounces, complaints"]

    assert "after a complaint" in seen.message
    assert "put-account-suppression-attributes" in seen.fix


def test_mail_in_the_sandbox_is_said_and_may_wait():
    seen = findings(READY, SmallAccount(production=False))

    assert seen["mail to anybody"].state is State.MISSING
    assert seen["mail to anybody"].can_wait


def test_a_secret_is_stored_or_set_in_the_shell_or_missing():
    path = "/autocrm/webhook-secrets"
    empty = {**READY, "WEBHOOK_SECRETS": ""}

    nowhere = findings(empty, SmallAccount())["WEBHOOK_SECRETS"]
    in_shell = findings(READY, SmallAccount())["WEBHOOK_SECRETS"]
    stored = findings(empty, SmallAccount(stored=(path,)))["WEBHOOK_SECRETS"]

    assert nowhere.state is State.MISSING
    assert nowhere.fix.startswith("export WEBHOOK_SECRETS=...")
    assert in_shell.state is stored.state is State.OK
    assert "make deploy" in in_shell.message


@pytest.mark.parametrize(
    ("status", "fix"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "wait"),
    ],
)
def test_a_stack_that_is_stuck_is_said_with_the_way_out(status, fix):
    seen = findings(READY, SmallAccount(), LiveStack(status))

    assert seen["stack"].state is State.MISSING
    assert fix in seen["stack"].fix


def test_an_account_of_which_aws_tells_little(aws):
    """moto knows neither limits nor the sandbox: that is reported, not guessed."""
    seen = findings({**READY, "DEPLOY_BUCKET": "not-there"}, open_aws(), None)

    assert seen["AWS account"].state is State.OK
    assert seen["Lambda concurrency"].state is State.UNKNOWN
    assert seen["mail"].state is State.MISSING
    assert seen["bucket"].state is State.MISSING
    assert (seen["stack"].state, seen["stack"].can_wait) == (State.MISSING, True)


def test_a_bucket_is_found_and_a_sender_who_was_not_verified_yet_is_not(aws):
    path = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(
        Bucket="our-bucket", CreateBucketConfiguration=path
    )
    boto3.client("sesv2").create_email_identity(EmailIdentity="desk@example.com")

    seen = findings({**READY, "DEPLOY_BUCKET": "our-bucket"}, open_aws())

    assert seen["bucket"].state is State.OK
    assert seen["mail"].state is State.MISSING


def test_without_a_region_or_credentials_it_says_so(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)

    assert findings(READY, open_aws(), None)["AWS region"].state is State.MISSING

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert findings(READY, open_aws(), None)["AWS account"].state is State.MISSING
