"""The migrations are one present text: each object is defined once, where it stands."""

import re
from collections import Counter

import pytest

from .server import MIGRATIONS

CREATED = re.compile(
    r"^create (?:unlogged |unique )?(?P<kind>\w+) (?:if not exists )?"
    r"(?P<name>\"[^\"]+\"|[\w.]+)(?:\s+\S.*?\son (?P<table>[\w.]+))?",
    re.MULTILINE | re.DOTALL,
)
# What would change an object that stands elsewhere.
CHANGES = re.compile(
    r"^(create or replace\b|drop\b|do\b|update\b|delete\b"
    r"|alter table (?!\S+\s+enable row level security;)).*$",
    re.MULTILINE,
)
# Tables, their policies, and the functions that ask the same for commands.
TICKETS = "requesters, colleagues and staff of the queue see a ticket"
VIEWS = "staff have their own views and those shared with them"
PREDICATES = [("tickets", TICKETS, "sees_ticket"), ("views", VIEWS, "has_view")]


def texts():
    return {file.name: file.read_text() for file in sorted(MIGRATIONS.glob("*.sql"))}


def created(text):
    """Name what a file creates: of triggers and policies, the table too."""
    for match in CREATED.finditer(text):
        of = match["table"] if match["kind"] in ("trigger", "policy") else ""
        yield match["kind"], match["name"], of


def test_every_object_is_defined_once():
    found = Counter(each for text in texts().values() for each in created(text))

    assert len(found) > 300
    assert [each for each, times in found.items() if times > 1] == []


def test_nothing_is_changed_after_its_definition():
    changes = {name: CHANGES.findall(text) for name, text in texts().items()}

    assert {name: found for name, found in changes.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize(("table", "policy", "function"), PREDICATES)
def test_a_policy_and_its_function_have_one_predicate(desk, table, policy, function):
    body = desk.one(
        "select prosrc from pg_proc where oid = %s::regproc", f"private.{function}"
    )
    [predicate] = re.findall(r"\band \((.*)\)\s*\);", body, re.DOTALL)
    desk.run(f"create policy twin on public.{table} for select using ({predicate})")

    texts = desk.run(
        "select distinct qual from pg_policies"
        " where tablename = %s and policyname in (%s, 'twin')",
        table,
        policy,
    ).fetchall()

    assert len(texts) == 1
