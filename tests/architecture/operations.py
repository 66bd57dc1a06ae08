"""What a deployment is run by: queues, schedules, rights, alarms."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

from .contract import Document, declared, functions
from .source import ROOT

RUNBOOK = ROOT / "infra" / "operate" / "RUNBOOK.md"
FUNCTION = "AWS::Lambda::Function"


def of_type(document: Document, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in document["Resources"].items()
        if resource["Type"] == kind
    }


def omissions(document: Document) -> Iterator[str]:
    """Say everything that would be missed when something goes wrong."""
    yield from _queues(document)
    yield from _throttles(document)
    yield from _alarms(document)
    yield from _explanations(document)


def _queues(document: Document) -> Iterator[str]:
    queues = of_type(document, "AWS::SQS::Queue")
    for name, queue in queues.items():
        if not name.endswith("DeadLetters"):
            redrive = queue.get("RedrivePolicy", {})
            if _target(redrive.get("deadLetterTargetArn")) not in queues:
                yield f"{name} gives messages up for nobody to find"


def _throttles(document: Document) -> Iterator[str]:
    routes = {
        f"{method} {path}"
        for properties in functions(document).values()
        for method, path in declared(properties)
    }
    for api in of_type(document, "AWS::Serverless::HttpApi").values():
        for route in set(api.get("RouteSettings", {})) - routes:
            yield f"{route} is throttled and does not exist"


def _alarms(document: Document) -> Iterator[str]:
    alarms = of_type(document, "AWS::CloudWatch::Alarm")
    heard = str(alarms.get("DeadLettersAlarm"))
    for queue in of_type(document, "AWS::SQS::Queue"):
        if queue.endswith("DeadLetters") and f"'{queue}'" not in heard:
            yield f"messages in {queue} raise no alarm"
    for name, alarm in alarms.items():
        if not alarm.get("AlarmDescription"):
            yield f"{name} is not explained"
    paragraphs = set(re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE))
    for name in paragraphs ^ set(alarms):
        yield f"{name} is not both an alarm and a paragraph of the runbook"


def _explanations(document: Document) -> Iterator[str]:
    for part in ("Parameters", "Outputs"):
        for name, explained in document.get(part, {}).items():
            if not explained.get("Description"):
                yield f"{name} is not explained"


def _target(arn: object) -> str:
    """The logical id in `!GetAtt Name.Arn`."""
    if isinstance(arn, Mapping):
        place = arn.get("Fn::GetAtt", "")
        return place[0] if isinstance(place, list) else str(place).partition(".")[0]
    return ""


def excesses(expanded: Document) -> Iterator[str]:
    """Say what a role of the expanded template may do beyond its bounds."""
    boundary = expanded["Resources"]["FunctionBoundary"]["Properties"]
    bounds = set(_actions(boundary["PolicyDocument"]))
    for name, function in of_type(expanded, FUNCTION).items():
        role = expanded["Resources"][_target(function["Role"])]["Properties"]
        if role.get("PermissionsBoundary") != {"Ref": "FunctionBoundary"}:
            yield f"{name} has no bounds"
        for policy in role.get("Policies", []):
            for action in _actions(policy["PolicyDocument"]):
                if not any(fnmatch(bound, action) for bound in bounds):
                    yield f"{name} needs {action}, which the boundary holds back"
    roles = [_target(each["Role"]) for each in of_type(expanded, FUNCTION).values()]
    for shared in {role for role in roles if roles.count(role) > 1}:
        yield f"{shared} is the role of several functions"


def _actions(policy: Document) -> Iterator[str]:
    for statement in policy["Statement"]:
        actions = statement["Action"]
        yield from [actions] if isinstance(actions, str) else actions
