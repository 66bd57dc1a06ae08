"""No value of the template changes alone: each stands in the tables of `values`."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest

from .contract import template
from .test_template import properties, without
from .values.expected import EXPECTED

FOR_PEOPLE = {
    "Description",
    "AlarmDescription",
    "AssertDescription",
    "DashboardBody",
}
ROUTE = {"Method", "Path"}
"""They are compared with the code."""

Path = tuple[str | int, ...]


def stated(document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a template that the tables state."""
    return {
        section: {name: _stated(part) for name, part in document[section].items()}
        for section in EXPECTED
    }


def _stated(value: Any) -> Any:
    """A value without what is explained to people, and without routes."""
    if isinstance(value, list):
        return [_stated(part) for part in value]
    if not isinstance(value, Mapping):
        return value
    kept = {name: part for name, part in value.items() if name not in FOR_PEOPLE}
    if "Events" in kept:
        events = {
            name: event
            for name, event in kept["Events"].items()
            if not _is_route(event)
        }
        kept = {name: part for name, part in kept.items() if name != "Events"}
        kept |= {"Events": events} if events else {}
    return {name: _stated(part) for name, part in kept.items()}


def _is_route(event: Mapping[str, Any]) -> bool:
    """Whether an event is one route of the API, which is compared with the code."""
    about = event.get("Properties", {})
    return (
        event.get("Type") == "HttpApi"
        and set(about) == {"ApiId", "Method", "Path"}
        and about["ApiId"] == {"Ref": "Api"}
    )


def differences(found: object, expected: object, place: str = "") -> Iterator[str]:
    """Say where a template and the tables differ, in either direction."""
    if found == expected:
        return
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        for name in found.keys() | expected.keys():
            yield from differences(
                found.get(name, "nothing"),
                expected.get(name, "nothing"),
                f"{place}.{name}" if place else name,
            )
    else:
        yield f"{place} is {found} in the template and {expected} in the table"


def test_every_value_is_the_one_of_the_table():
    assert list(differences(stated(template()), EXPECTED)) == []


PLANTED = {
    "another function's secret": properties(
        "CreateTicketFunction", "Policies", value=[{"Ref": "ReadSupabaseSecretKey"}]
    ),
    "another secret behind the right name": properties(
        "ReadWebhookSecrets",
        "PolicyDocument",
        "Statement",
        0,
        "Resource",
        value={"Fn::Sub": "/${AWS::StackName}/supabase-secret-key"},
    ),
    "a boundary that holds nothing back": properties(
        "FunctionBoundary", "PolicyDocument", "Statement", 2, "Resource", value="*"
    ),
    "a batch that fails as one": without(
        "Resources",
        "ProcessEventsFunction",
        "Properties",
        "Events",
        "Queue",
        "Properties",
        "FunctionResponseTypes",
    ),
    "a header that browsers may not send": without(
        "Resources", "Api", "Properties", "CorsConfiguration", "AllowHeaders", 2
    ),
    "a method that browsers may not send": without(
        "Resources", "Api", "Properties", "CorsConfiguration", "AllowMethods", 3
    ),
    "an alarm that takes silence for good": properties(
        "EventLagAlarm", "TreatMissingData", value="notBreaching"
    ),
    "an alarm that never sounds": properties(
        "DeadLettersAlarm", "Threshold", value=1000
    ),
    "a slower relay": properties(
        "DispatchJobsFunction",
        "Events",
        "EveryMinute",
        "Properties",
        "ScheduleExpression",
        value="rate(1 hour)",
    ),
    "a rate that lets everything through": properties(
        "Api",
        "RouteSettings",
        "POST /v1/webhooks/{webhook}/ping",
        "ThrottlingRateLimit",
        value=1000,
    ),
    "less time": properties("DeliverEmailsFunction", "Timeout", value=15),
    "less memory": properties("GetTicketFunction", "MemorySize", value=128),
    "a second variable": properties(
        "GetTicketFunction", "Environment", "Variables", "LOG_LEVEL", value="DEBUG"
    ),
    "a route of another API": properties(
        "GetTicketFunction", "Events", "Http", "Properties", "ApiId", value="other"
    ),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_value_is_found(plant):
    document = template()
    plant(document)

    assert list(differences(stated(document), EXPECTED)) != []


def leaves(value: object, path: Path = ()) -> Iterator[Path]:
    """Where the values stand that are no list and no mapping."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))
    else:
        yield path


def changed(value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value}x"


@pytest.mark.parametrize("section", EXPECTED)
def test_whatever_is_changed_or_removed_is_found(section):
    unnoticed = []
    for name, part in template()[section].items():
        for path in leaves(part):
            for plant in (_change, _remove):
                planted = deepcopy(part)
                plant(planted, path)
                if _stated(planted) == EXPECTED[section][name]:
                    unnoticed.append((plant.__name__, name, *path))

    assert [each for each in unnoticed if not {*each} & (FOR_PEOPLE | ROUTE)] == []


def _change(part: Any, path: Path) -> None:
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = changed(part[path[-1]])


def _remove(part: Any, path: Path) -> None:
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
