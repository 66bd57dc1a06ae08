"""The entries of all subjects together, and by the tests that read them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from . import (
    administration,
    assignment,
    bulk_updates,
    comments,
    events,
    fields,
    followers,
    machines,
    notifications,
    organizations,
    people,
    queues,
    records,
    sla,
    tickets,
    views,
    webhooks,
    workers,
)
from .expectations import Case, Command, Replay, Route, Step

SUBJECTS = (
    tickets, followers, comments, queues, assignment, bulk_updates, views, people,
    records, organizations, notifications, events, fields, webhooks, machines, sla,
    administration, workers,
)  # fmt: skip

T = TypeVar("T")


def _joined(tables: list[Mapping[str, T]]) -> dict[str, T]:
    """Return one table of several; a name stands in one of them."""
    joined = {name: entry for table in tables for name, entry in table.items()}
    assert len(joined) == sum(map(len, tables))
    return joined


def _cases(name: str, command: Command) -> dict[str, Case]:
    cases = command.cases
    named = {name: cases} if isinstance(cases, Case) else cases
    return {title: replace(case, call=name) for title, case in named.items()}


COMMANDS: Mapping[str, Command] = _joined([each.COMMANDS for each in SUBJECTS])
FUNCTIONS = _joined([each.FUNCTIONS for each in SUBJECTS])
CASES: Mapping[str, Case] = _joined([_cases(*each) for each in COMMANDS.items()])
ROUTES: Mapping[str, Route] = {
    name: each.both_ways for name, each in COMMANDS.items() if each.both_ways
}
REPLAYS: list[Replay] = [
    replace(replay, command=name)
    for name, each in COMMANDS.items()
    for replay in each.replays
]
STEPS: Mapping[str, Step] = {
    name: each.step for name, each in COMMANDS.items() if each.step
}
