"""The template is sound by itself, and one with the code."""

import json

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from .contract import findings, functions, template
from .source import ROOT

IGNORED = ["W2001"]  # the expanded template uses no parameter twice


class NoManagedPolicies:
    """In place of the account's list; the template names none."""

    def load(self):
        return {}


@pytest.fixture(autouse=True)
def region(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def expanded(document):
    """Return the CloudFormation that SAM makes of a template."""
    for resource in document["Resources"].values():
        for code in ("CodeUri", "ContentUri"):
            if code in resource.get("Properties", {}):
                resource["Properties"][code] = "s3://bucket/key"
    document["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    return transform(document, {}, NoManagedPolicies())


def linted(document):
    config = ManualArgs(regions=["eu-west-1"], ignore_checks=IGNORED)
    found = lint(json.dumps(document), config=config)
    return [f"{match.rule.id} {match.message}" for match in found]


def only(document, kept):
    """Leave one function, so that what is tried is tried quickly."""
    for name in functions(document):
        if name != kept:
            del document["Resources"][name]
    return document


def test_the_expanded_template_is_valid():
    assert linted(expanded(template())) == []


def test_the_template_and_the_code_agree():
    assert list(findings(template())) == []


def test_the_template_has_no_account_region_or_key():
    text = (ROOT / "template.yaml").read_text()

    for word in ("sb_secret_", "sb_publishable_", "eyJ", "arn:aws:iam::", "postgres:"):
        assert word not in text


def set_to(*path, value):
    def plant(document):
        place = document["Resources"]
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = value

    return plant


def without(*path):
    def plant(document):
        place = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return plant


def properties(name, *path, value):
    return set_to(name, "Properties", *path, value=value)


GET, CLOSE = "GetTicketFunction", "CloseSolvedTicketsFunction"
VARIABLES = ("Environment", "Variables")
SCHEDULER, AGE = "DispatchJobsFunction", "MaximumEventAgeInSeconds"
SOLVED, RESERVED = "WORKER_SOLVED_TICKETS", "ReservedConcurrentExecutions"
SCHEDULE = ("Events", "EveryMinute", "Properties", "ScheduleExpression")


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (without("Resources", GET), "get_ticket is not both"),
        (set_to("Odd", value={"Type": "AWS::Serverless::Function"}), "odd is not"),
        (properties(GET, "Handler", value="functions.get_ticket.app.main"), "no main"),
        (properties(GET, "Handler", value="functions.nowhere.app.handler"), "no func"),
        (properties(GET, "Handler", value="functions.health.app.handler"), "logical"),
        (
            properties(GET, "Events", "Http", "Properties", "Method", value="POST"),
            "only one of code and template",
        ),
        (
            properties(GET, "Events", "Http", "Properties", "Path", value="/v1/x"),
            "only one of code and template",
        ),
        (
            properties(
                GET,
                "Events",
                "More",
                value={
                    "Type": "HttpApi",
                    "Properties": {"Method": "GET", "Path": "/v1/queues"},
                },
            ),
            "/v1/queues is also",
        ),
        (
            properties(
                GET,
                *VARIABLES,
                "SUPABASE_SECRET_KEY_PARAMETER",
                value={"Ref": "SupabaseUrl"},
            ),
            "workers, and no others",
        ),
        (
            properties(
                GET,
                *VARIABLES,
                "SUPABASE_SOURCE_SECRET_PARAMETER",
                value="/x",
            ),
            "commands of people, and nothing else",
        ),
        (
            properties(CLOSE, *VARIABLES, "SUPABASE_PUBLISHABLE_KEY", value="x"),
            "functions for people, and no others",
        ),
        (
            properties(CLOSE, *VARIABLES, "SUPABASE_SECRET_KEY", value="sb_secret_1"),
            "stands in the environment",
        ),
        (
            properties(CLOSE, *VARIABLES, "SUPABASE_SECRET_KEY_PARAMETER", value="/x"),
            "is not the name of the stack's own secret",
        ),
        (
            properties(GET, *VARIABLES, "SUPABASE_PUBLISHABLE_KEY", value="x"),
            "does not come from its parameter",
        ),
        (
            properties(GET, "Policies", value=[{"Ref": "ReadWebhookSecrets"}]),
            "and may be read, or neither",
        ),
        (without("Resources", CLOSE, "Properties", "Policies"), "or neither"),
        (properties(SCHEDULER, *SCHEDULE, value="rate(1 minutes)"), "is no schedule"),
        (properties(SCHEDULER, *SCHEDULE, value="rate(0 minutes)"), "is no schedule"),
        (
            properties(SCHEDULER, *SCHEDULE, value="cron(0 25 * * ? *)"),
            "is no schedule",
        ),
        (properties(SCHEDULER, *SCHEDULE, value="cron(0 5 * * * *)"), "is no schedule"),
        (properties(SCHEDULER, *SCHEDULE, value="every ten minutes"), "is no schedule"),
        (
            properties("ReportMetricsFunction", RESERVED, value=2),
            "may meet",
        ),
        (
            without(
                "Resources",
                SCHEDULER,
                "Properties",
                *VARIABLES,
                "WORKER_SOLVED_TICKETS",
            ),
            "CloseSolvedTicketsFunction: nobody starts it",
        ),
        (properties(SCHEDULER, "Policies", value=[]), "the scheduler may not start it"),
        (without("Resources", SCHEDULER, "Properties", "RecursiveLoop"), "ends loops"),
        (properties(GET, "RecursiveLoop", value="Allow"), "ends loops"),
        (properties(CLOSE, "EventInvokeConfig", AGE, value=3600), "may wait until"),
        (properties(CLOSE, "EventInvokeConfig", value={AGE: 60}), "is tried again"),
        (
            properties(GET, "Policies", value=[{"Statement": [{"Action": "s3:*"}]}]),
            "a wildcard",
        ),
        (
            properties("Api", "CorsConfiguration", "AllowOrigins", value=["*"]),
            "a wildcard",
        ),
        (
            lambda document: document["Parameters"].update(MoonKey={"Type": "String"}),
            "MoonKey would be shown",
        ),
        (
            lambda document: document["Conditions"].update(IsMoon=True),
            "IsMoon is not used",
        ),
        (
            lambda document: document["Parameters"].update(Moon={"Type": "String"}),
            "Moon is not used",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_planted_mistake_is_found(plant, message):
    document = template()
    plant(document)
    document["Resources"].get("Odd", {}).setdefault(
        "Properties", {"Handler": "functions.odd.app.handler"}
    )

    assert message in "\n".join(findings(document))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("Runtime",), "python3.33", "'python3.33' is not one of"),
        (("Timeout",), 1000, "1000 is greater"),
        (("Environment", "Variables", "MOON"), {"Ref": "Nowhere"}, "'Nowhere'"),
    ],
)
def test_the_linter_sees_what_the_contract_does_not(path, value, message):
    document = only(template(), GET)
    properties(GET, *path, value=value)(document)

    assert message in "\n".join(linted(expanded(document)))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("Timeuot",), 3), (("Policies",), ["NoSuchPolicyTemplate", {"SQSPoller": 1}])],
)
def test_the_translator_sees_what_the_linter_does_not(path, value):
    document = only(template(), GET)
    properties(GET, *path, value=value)(document)

    with pytest.raises(InvalidDocumentException):
        expanded(document)
