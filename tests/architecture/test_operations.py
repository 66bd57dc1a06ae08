"""A deployment can be run: what goes wrong is kept, heard of, and explained."""

import json

import pytest

from .contract import functions, template
from .operations import RUNBOOK, excesses, of_type, omissions
from .test_template import expanded, properties, set_to, without

EXPECTED_FUNCTIONS = 45
RESOURCES, MEGABYTE = 500, 1_000_000  # CloudFormation's limits of a stack

DISPATCH, PROCESS = "DispatchJobsFunction", "ProcessEventsFunction"
MINUTE = ("Events", "EveryMinute", "Properties")


@pytest.fixture(scope="module")
def whole():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield expanded(template())


def test_the_template_has_no_omission():
    assert list(omissions(template())) == []


def test_every_function_has_a_role_of_its_own_within_bounds(whole):
    assert list(excesses(whole)) == []


def test_the_stack_has_room_for_twice_as_many_functions(whole):
    growth = EXPECTED_FUNCTIONS / len(functions(template()))

    assert len(whole["Resources"]) * growth < RESOURCES
    assert len(json.dumps(whole)) * growth < MEGABYTE


def test_alarms_have_no_action_without_a_topic(whole):
    for alarm in of_type(whole, "AWS::CloudWatch::Alarm").values():
        condition, _, otherwise = alarm["AlarmActions"]["Fn::If"]
        assert condition == "HasAlarmTopic"
        assert otherwise == {"Ref": "AWS::NoValue"}


def test_the_dashboard_is_json_and_names_no_function(whole):
    [dashboard] = of_type(whole, "AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]

    widgets = json.loads(body)["widgets"]

    assert len(widgets) >= 10
    assert not [name for name in functions(template()) if name in body]


def test_the_access_log_has_nothing_personal(whole):
    [stage] = of_type(whole, "AWS::ApiGatewayV2::Stage").values()

    fields = json.loads(stage["AccessLogSettings"]["Format"])

    assert "$context.requestId" in fields.values()
    for personal in ("identity", "authorizer", ".path", "domain", "query", "header"):
        assert personal not in str(sorted(fields.values()))


def test_optional_features_are_off(whole):
    defaults = {
        name: parameter.get("Default")
        for name, parameter in whole["Parameters"].items()
    }

    assert (defaults["SnapStart"], defaults["ProvisionedConcurrency"]) == ("off", 0)
    assert (defaults["DomainName"], defaults["AlarmTopic"]) == ("", "")


def test_a_paragraph_of_the_runbook_has_text():
    _, *paragraphs = RUNBOOK.read_text().split("\n## ")

    assert [len(text.split()) > 40 for text in paragraphs] == [True] * len(paragraphs)


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (without("Resources", "EventQueue", "Properties", "RedrivePolicy"), "gives"),
        (
            without("Resources", "EventQueue", "Properties", "SqsManagedSseEnabled"),
            "EventQueue is not encrypted",
        ),
        (properties("EventQueue", "VisibilityTimeout", value=179), "while it works"),
        (properties(PROCESS, "Timeout", value=31), "while it works"),
        (
            without("Resources", DISPATCH, "Properties", *MINUTE, "DeadLetterConfig"),
            "nobody hears",
        ),
        (
            properties(
                DISPATCH,
                *MINUTE,
                "DeadLetterConfig",
                value={"Arn": {"Fn::GetAtt": ["Nowhere", "Arn"]}},
            ),
            "nobody hears",
        ),
        (without("Resources", DISPATCH, "Properties", *MINUTE, "RetryPolicy"), "a day"),
        (
            without("Resources", DISPATCH, "Properties", *MINUTE, "OmitName"),
            "name of its",
        ),
        (
            properties("Api", "RouteSettings", "GET /v1/moon", value={}),
            "GET /v1/moon is throttled and does not exist",
        ),
        (
            set_to(
                "MoonDeadLetters",
                value={
                    "Type": "AWS::SQS::Queue",
                    "Properties": {"SqsManagedSseEnabled": True},
                },
            ),
            "messages in MoonDeadLetters raise no alarm",
        ),
        (without("Resources", "ApiLatencyAlarm"), "ApiLatencyAlarm is not both"),
        (
            set_to(
                "MoonAlarm", value={"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
            ),
            "MoonAlarm is not both",
        ),
        (
            without("Resources", "ApiLatencyAlarm", "Properties", "AlarmActions"),
            "ApiLatencyAlarm has no AlarmActions",
        ),
        (without("Parameters", "MailFrom", "Description"), "MailFrom is not explained"),
        (without("Outputs", "ApiUrl", "Description"), "ApiUrl is not explained"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_planted_omission_is_found(plant, message):
    document = template()
    plant(document)

    assert message in "\n".join(omissions(document))


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (without("Globals", "Function", "PermissionsBoundary"), "has no bounds"),
        (
            properties(
                "GetTicketFunction",
                "Policies",
                value=[{"Statement": [{"Action": "s3:GetObject", "Resource": "x"}]}],
            ),
            "needs s3:GetObject",
        ),
    ],
    ids=["bounds", "rights"],
)
def test_a_planted_excess_is_found(monkeypatch, plant, message):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    document = template()
    plant(document)

    assert message in "\n".join(excesses(expanded(document)))
