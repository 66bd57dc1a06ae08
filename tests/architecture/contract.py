"""What no linter knows of `template.yaml`: that it and the code are one."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from importlib import import_module
from typing import Any

from fastapi.routing import APIRoute
from samtranslator.yaml_helper import yaml_parse

from shared.core.http import create_app

from .source import ROOT

Document = Mapping[str, Any]
SCHEDULES = {"Schedule", "ScheduleV2"}
SCHEDULER = "DispatchJobsFunction"
WITHOUT_RESOURCES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def template() -> dict[str, Any]:
    """The template, to be changed at will."""
    return deepcopy(_parsed())


@cache
def _parsed() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


def functions(document: Document) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in document["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def triggers(properties: Document, *types: str) -> list[dict[str, Any]]:
    events = properties.get("Events", {}).values()
    return [event["Properties"] for event in events if event["Type"] in types]


def folder(logical_id: str) -> str:
    """CreateTicketFunction lives in create_ticket."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", logical_id.removesuffix("Function")).lower()


def declared(properties: Document) -> set[tuple[str, str]]:
    http = triggers(properties, "HttpApi")
    return {(each["Method"].upper(), each["Path"]) for each in http}


@cache
def served(module: str) -> frozenset[tuple[str, str]]:
    """Methods and paths of the router in a module; none when it has no router."""
    router = getattr(import_module(module), "router", None)
    if router is None:
        return frozenset()
    shown = {
        (method.upper(), path)
        for path, methods in create_app(router).openapi()["paths"].items()
        for method in methods
    }
    hidden = {
        (method, route.path)
        for route in router.routes
        if isinstance(route, APIRoute) and not route.include_in_schema
        for method in route.methods
    }
    return frozenset(shown | hidden)


def findings(document: Document) -> Iterator[str]:
    """Say everything in which the template and the code do not fit."""
    resources = functions(document)
    here = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    for missing in here ^ {folder(name) for name in resources}:
        yield f"{missing} is not both a folder and in the template"
    for name, properties in resources.items():
        if not name.endswith("Function"):
            yield f"{name} does not end in Function"
        yield from _handler(name, properties)
        yield from _keys(name, properties)
        yield from _schedules(name, properties)
    yield from _workers(resources)
    yield from _routes(resources)
    yield from _parameters(document)
    yield from _wildcards(document["Resources"], "Resources")


def _handler(name: str, properties: Document) -> Iterator[str]:
    expected = f"functions.{folder(name)}.app"
    module, _, attribute = properties["Handler"].rpartition(".")
    if module != expected:
        yield f"{name}: {module} does not match the logical id"
    try:
        loaded = import_module(module)
    except ImportError:
        yield f"{name}: there is no {module}"
        return
    if not callable(getattr(loaded, attribute, None)):
        yield f"{name}: {module} has no {attribute}"
    if served(module) != declared(properties):
        differ = sorted(served(module) ^ declared(properties))
        yield f"{name}: only one of code and template has {differ}"


ASK_AUTH = {"ManagePeopleFunction", "ManageMachinesFunction", "IssueTokenFunction"}
"""Functions for people that ask Auth what only its administrators may."""
BEFORE_SIGNING_IN = {"IssueTokenFunction"}
"""Functions that nobody calls with an access token: they act for no person."""


def _keys(name: str, properties: Document) -> Iterator[str]:
    variables = properties.get("Environment", {}).get("Variables", {})
    for_people = bool(triggers(properties, "HttpApi"))
    acts_for_people = for_people and name not in BEFORE_SIGNING_IN
    if acts_for_people != ("SUPABASE_PUBLISHABLE_KEY" in variables):
        yield f"{name}: functions for people, and no others, get the publishable key"
    has_secret = "SUPABASE_SECRET_KEY_PARAMETER" in variables
    if has_secret != (not for_people or name in ASK_AUTH):
        yield f"{name}: workers, and no others but who asks Auth, get the secret key"
    if _changes(properties) != ("SUPABASE_SOURCE_SECRET_PARAMETER" in variables):
        yield f"{name}: commands of people, and nothing else, prove an address"


def _changes(properties: Document) -> bool:
    return any(
        method != "GET" and not path.startswith("/v1/hooks/")
        for method, path in declared(properties)
    )


def _schedules(name: str, properties: Document) -> Iterator[str]:
    schedules = triggers(properties, *SCHEDULES)
    # Whoever also reads a queue has several at work, and claims what it works on.
    reserved = properties.get("ReservedConcurrentExecutions", {})
    alone = reserved == {"Fn::If": ["ReservesConcurrency", 1, {"Ref": "AWS::NoValue"}]}
    if schedules and not alone and not triggers(properties, "SQS"):
        yield f"{name}: two runs of a schedule may meet"


def _workers(resources: Mapping[str, Document]) -> Iterator[str]:
    """What has no event of its own is started by the scheduler, in time."""
    scheduler = str(resources[SCHEDULER]) if SCHEDULER in resources else ""
    for name, properties in resources.items():
        started = f"'Ref': '{name}.Alias'" in scheduler
        if not started and not properties.get("Events"):
            yield f"{name}: nobody starts it"
        returns = started and "JOB_QUEUE_URL" in str(properties)
        if (returns or name == SCHEDULER) != (
            properties.get("RecursiveLoop") == "Allow"
        ):
            yield f"{name}: Lambda ends loops, or may run in one, without need"


def _routes(resources: Mapping[str, Document]) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for name, properties in resources.items():
        for method, path in declared(properties):
            shape = (method, re.sub(r"\{\w+\}", "{}", path))
            if shape in seen:
                yield f"{name}: {method} {path} is also {seen[shape]}'s"
            seen[shape] = name


def _parameters(document: Document) -> Iterator[str]:
    parts = ("Conditions", "Globals", "Resources", "Outputs")
    text = " ".join(str(document.get(part)) for part in parts)
    for name, parameter in document.get("Parameters", {}).items():
        if f"'Ref': '{name}'" not in text and f"${{{name}}}" not in text:
            yield f"parameter {name} is not used"
        secret = re.search("(?<!Publishable)Key$|Secrets?$|Password$", name)
        if secret and parameter.get("NoEcho") is not True:
            yield f"parameter {name} would be shown"
    for name in document.get("Conditions", {}):
        if f"'{name}'" not in text.replace(f"'{name}': ", "", 1):
            yield f"condition {name} is not used"


def _wildcards(value: object, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        actions = value.get("Action", ())
        if isinstance(actions, list) and set(actions) <= WITHOUT_RESOURCES:
            return  # they can be granted for everything alone
        for name, part in value.items():
            yield from _wildcards(part, f"{place}.{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _wildcards(part, f"{place}.{number}")
    elif isinstance(value, str) and re.fullmatch(r"\*|[\w-]+:\*", value):
        yield f"{place}: a wildcard"
