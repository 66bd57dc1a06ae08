"""A deployment can be run: what goes wrong is kept, heard of, and explained."""

import json
import re

import pytest

from .contract import functions, template
from .operations import RUNBOOK, excesses, of_type, omissions
from .source import CODE
from .test_template import expanded, properties, set_to, without

EXPECTED_FUNCTIONS = 45
OURS = "AutoCRM/${AWS::StackName}"
RESOURCES, MEGABYTE = 500, 1_000_000  # CloudFormation's limits of a stack


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


def test_a_paragraph_of_the_runbook_has_text():
    _, *paragraphs = RUNBOOK.read_text().split("\n## ")

    assert [len(text.split()) > 40 for text in paragraphs] == [True] * len(paragraphs)


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (without("Resources", "EventQueue", "Properties", "RedrivePolicy"), "gives"),
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
            without("Resources", "ApiLatencyAlarm", "Properties", "AlarmDescription"),
            "ApiLatencyAlarm is not explained",
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


def displayed(body):
    """The metrics of our namespace that a dashboard shows."""
    for widget in json.loads(body)["widgets"]:
        namespace = name = ""
        for first, *more in widget["properties"].get("metrics", ()):
            if isinstance(first, dict):
                if "AutoCRM/" in first["expression"]:
                    yield from re.findall(r'MetricName="(\w+)"', first["expression"])
                continue
            if first == "...":
                continue
            namespace = namespace if first == "." else first
            name = name if more[0] == "." else more[0]
            if namespace == OURS:
                yield name


def alarming(document):
    """The metrics of our namespace that an alarm watches."""
    for alarm in of_type(document, "AWS::CloudWatch::Alarm").values():
        parts = [part.get("MetricStat", {}) for part in alarm.get("Metrics", [])]
        for metric in [alarm, *(part.get("Metric", {}) for part in parts)]:
            if metric.get("Namespace") == {"Fn::Sub": OURS}:
                yield metric["MetricName"]


def written(document):
    """Every text in a module that measures, and what is counted in the logs."""
    for path in CODE:
        if "measure(" in (source := path.read_text()):
            yield from re.findall(r'"(\w+)"', source)
    for counted in of_type(document, "AWS::Logs::MetricFilter").values():
        yield from (each["MetricName"] for each in counted["MetricTransformations"])


def test_every_metric_that_is_watched_is_written(whole):
    [dashboard] = of_type(whole, "AWS::CloudWatch::Dashboard").values()
    shown = {*displayed(dashboard["DashboardBody"]["Fn::Sub"])}
    watched = {*alarming(template())}

    assert {"OldestWait", "MailFailures", "ColdStarts"} <= shown
    assert {"WebhookFailures", "FailedRuns"} <= watched
    assert (shown | watched) - {*written(template())} == set()
