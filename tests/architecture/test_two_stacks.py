"""Two stacks in one account: no name or pattern of one fits anything of the other."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import permutations

import pytest

from .contract import functions, template
from .test_template import expanded

STACKS = ("autocrm", "autocrm-pr-7", "autocrm-pr-77", "other")
NAMED = {
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Events::EventBus": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::CloudWatch::Alarm": "AlarmName",
}
"""The property that gives a resource a name; without it the stack's name is in it."""


@pytest.fixture(scope="module")
def whole():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        yield expanded(template())


def texts(value: object) -> Iterator[str]:
    """Every text of the template in which the stack's name is put."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str) and "${AWS::StackName}" in value:
        yield value


def of(stack: str, whole: dict[str, object]) -> set[str]:
    """The texts as one stack has them, without other placeholders."""
    named = {text.replace("${AWS::StackName}", stack) for text in texts(whole)}
    return {re.sub(r"\$\{[\w:.]+\}", "x", text) for text in named}


def test_no_name_or_pattern_of_a_stack_fits_what_another_owns(whole):
    for ours, theirs in permutations(STACKS, 2):
        for pattern in of(ours, whole):
            if pattern.startswith("{"):  # the dashboard
                continue
            assert not [name for name in of(theirs, whole) if fnmatch(name, pattern)], (
                pattern
            )


def test_what_has_a_name_of_its_own_has_the_stacks_name_in_it(whole):
    named = {
        name: resource["Properties"][NAMED[resource["Type"]]]
        for name, resource in whole["Resources"].items()
        if NAMED.get(resource["Type"]) in resource.get("Properties", {})
    }

    assert len(named) >= 10
    for name, given in named.items():
        assert given["Fn::Sub"].startswith("${AWS::StackName}-"), name


def test_the_dashboard_searches_by_nothing_but_the_stacks_own_namespace(whole):
    body = whole["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    searches = [text for text in texts(json.loads(body)) if "SEARCH(" in text]

    assert searches
    for search in searches:
        inside, _, terms = search.partition("}")
        assert '{"AutoCRM/$' in inside, search
        assert "${AWS::StackName" not in terms.partition("}")[2]


def test_the_names_of_workers_fit_however_long_the_stacks_is(whole):
    names = [
        each["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}")
        for each in functions(template()).values()
        if "FunctionName" in each
    ]

    assert len(names) == 12
    assert max(map(len, names)) <= 64 - len("autocrm-of-a-rather-long-name")
