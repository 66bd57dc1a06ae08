"""The stack: its parameters, its changes before they are made, its releases."""

import json

import boto3
import pytest
from botocore.exceptions import WaiterError

from infra.local.cloud.template import load_document
from infra.stack import (
    Change,
    DeploymentFailed,
    LiveStack,
    NothingToChange,
    Parameter,
    Release,
    Releases,
    Secret,
    apply,
    missing,
    open_session,
    parameters_of,
    propose,
    stack_name,
    stamped,
    values,
)
from infra.stack.changes import Proposal
from tests.open_desk import ROOT

BUCKET = "some-bucket"
RELEASE = Release("20261127T060000Z", "abc", "20261127090100", BUCKET, "before")


def template(**resources):
    queues = {name: {"Type": "AWS::SQS::Queue"} for name in ("Events", *resources)}
    return json.dumps(
        {"Resources": queues, "Outputs": {"ApiUrl": {"Value": "https://x"}}}
    )


@pytest.fixture
def releases(aws):
    s3 = boto3.client("s3")
    place = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    return Releases(s3, BUCKET, "small")


@pytest.fixture
def cloudformation(aws):
    return boto3.client("cloudformation")


def test_a_parameter_is_the_variable_of_the_same_name():
    ours = parameters_of(load_document(ROOT / "template.yaml"))

    variables = {each.name: each.variable for each in ours}
    assert variables["SupabaseUrl"] == "SUPABASE_URL"
    assert variables["WebhookSecretsParameter"] == "WEBHOOK_SECRETS_PARAMETER"
    assert variables["Arch"] == "ARCH"


def test_a_secret_without_a_place_is_one_to_go_without():
    parameters = [
        Parameter("SourceSecretParameter", ""),
        Parameter("KeyParameter", "/k"),
    ]
    named = {"SOURCE_SECRET_PARAMETER": "/s"}

    assert Secret.of(parameters, {}) == [Secret("KEY", "/k")]
    assert Secret.of(parameters, named) == [
        Secret("SOURCE_SECRET", "/s"),
        Secret("KEY", "/k"),
    ]


def test_what_nobody_says_is_missing_and_what_the_stack_knows_stays():
    required = ("FromShell", "FromStack", "FromNowhere")
    parameters = [Parameter(name, None) for name in required]
    parameters.append(Parameter("HasDefault", "x"))
    shell = {"FROM_SHELL": "said", "FROM_NOWHERE": ""}

    absent = missing(parameters, shell, {"FromStack"})
    given = values(parameters, shell, {"FromStack"})

    assert [each.name for each in absent] == ["FromNowhere"]
    assert given == [
        {"ParameterKey": "FromShell", "ParameterValue": "said"},
        {"ParameterKey": "FromStack", "UsePreviousValue": True},
    ]


def test_a_release_says_who_it_is_in_its_own_template():
    told = json.loads(stamped('{"Metadata": {"Other": 1}, "Resources": {}}', RELEASE))

    assert told["Metadata"]["Other"] == 1
    assert Release.of(told["Metadata"]) == RELEASE
    assert Release.of({}) is None


def test_a_kept_release_is_found_by_its_name(releases):
    releases.keep("one", template())

    assert releases.template("one")["Resources"] == {
        "Events": {"Type": "AWS::SQS::Queue"}
    }
    assert releases.url("one") == (
        f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/releases/small/one.json"
    )


def test_nothing_changes_before_it_is_applied(releases, cloudformation):
    releases.keep("one", stamped(template(), RELEASE))

    proposal = propose(cloudformation, "small", releases.url("one"), [], creates=True)
    before = LiveStack.find(cloudformation, "small")
    apply(cloudformation, proposal)
    after = LiveStack.find(cloudformation, "small")

    assert proposal.changes == [Change("Add", "Events", "AWS::SQS::Queue")]
    assert before is None
    assert after.status == "CREATE_COMPLETE"
    assert Release.of(after.metadata) == RELEASE


def test_the_same_template_again_changes_nothing(releases, cloudformation):
    releases.keep("one", template())
    url = releases.url("one")
    apply(cloudformation, propose(cloudformation, "small", url, [], creates=True))

    with pytest.raises(NothingToChange):
        propose(cloudformation, "small", url, [], creates=False)


class Refusing:
    """A CloudFormation that refuses, as it says so; moto takes everything."""

    def __init__(self, reason):
        self._reason = reason

    def create_change_set(self, **_):
        return {"Id": "change-set"}

    def get_waiter(self, name):
        return self

    def wait(self, **_):
        raise WaiterError("waiter", "failed", {"StatusReason": self._reason})

    def execute_change_set(self, **_):
        """Take it."""

    def describe_stack_events(self, **_):
        failed = {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "Bus"}
        cancelled = {**failed, "LogicalResourceId": "Queue"}
        return {"StackEvents": [cancelled, {**failed, "ResourceStatusReason": "taken"}]}


def test_a_template_that_is_refused_says_why():
    refusing = Refusing("Parameters: [WebhookSecrets] must have values")

    with pytest.raises(DeploymentFailed, match="WebhookSecrets"):
        propose(refusing, "small", "https://b/one.json", [], creates=True)


def test_a_change_that_is_undone_says_what_went_wrong_first():
    proposal = Proposal("change-set", "small", creates=False, changes=[])

    with pytest.raises(DeploymentFailed, match="Bus: taken"):
        apply(Refusing(""), proposal)


@pytest.mark.parametrize(
    ("action", "kind", "loses"),
    [
        ("Remove", "AWS::SQS::Queue", True),
        ("Replace", "AWS::Events::EventBus", True),
        ("Replace", "AWS::ApiGatewayV2::Api", True),
        ("Modify", "AWS::SQS::Queue", False),
        ("Remove", "AWS::Lambda::Function", False),
    ],
)
def test_what_holds_something_is_not_lost_unseen(action, kind, loses):
    assert Change(action, "Name", kind).loses is loses


def test_a_stack_tells_where_its_api_answers(cloudformation):
    cloudformation.create_stack(StackName="small", TemplateBody=template())

    assert LiveStack.find(cloudformation, "small").api_url == "https://x"
    assert LiveStack.find(cloudformation, "other") is None


def test_names_come_from_the_environment():
    assert stack_name({}) == "autocrm"
    assert stack_name({"STACK_NAME": "autocrm-pr-7"}) == "autocrm-pr-7"
    assert open_session({"AWS_REGION": "eu-north-1"}).region_name == "eu-north-1"
