"""The migrations define each object once, and have a version each."""

import re
from collections import Counter

from .server import MIGRATIONS

CREATED = re.compile(
    r"^create (?:unlogged |unique )?(?P<kind>text search configuration|\w+)"
    r" (?:if not exists )?"
    r"(?P<name>\"[^\"]+\"|[\w.]+)(?:\s+\S.*?\son (?P<table>[\w.]+))?",
    re.MULTILINE | re.DOTALL,
)
# What would change an object that stands elsewhere. Two things of a table can be said
# in no other way than by altering it.
CHANGES = re.compile(
    r"^(create or replace\b|drop\b|do\b|update\b|delete\b"
    r"|alter table (?!\S+\s+(enable row level security;"
    r"|alter \w+ set statistics \d+;)))"
    r".*$",
    re.MULTILINE,
)


def texts():
    return {file.name: file.read_text() for file in sorted(MIGRATIONS.glob("*.sql"))}


def created(text):
    """Name what a file creates: of triggers and policies, the table too."""
    for match in CREATED.finditer(text):
        of = match["table"] if match["kind"] in ("trigger", "policy") else ""
        yield match["kind"], match["name"], of


def test_every_migration_has_a_version_of_its_own():
    """The Supabase CLI records what has run by version, and refuses a second one."""
    versions = Counter(name.partition("_")[0] for name in texts())

    assert [
        version for version in versions if not re.fullmatch(r"\d{14}", version)
    ] == []
    assert [version for version, files in versions.items() if files > 1] == []


def test_every_database_object_is_defined_once():
    found = Counter(each for text in texts().values() for each in created(text))

    assert len(found) > 300
    assert [each for each, times in found.items() if times > 1] == []


def test_migrations_change_no_object_after_its_definition():
    changes = {name: CHANGES.findall(text) for name, text in texts().items()}

    assert {name: found for name, found in changes.items() if found} == {}


def test_what_is_looked_for_is_found_out_once():
    """A function in a condition is called for each row that a scan looks at.

    As long as a table is small, it is scanned.
    """
    conditions = re.compile(r"\b(?:where|and|or) [\w.]+ = private\.find_\w+\(.*")
    found = {name: conditions.findall(text) for name, text in texts().items()}

    assert {name: lines for name, lines in found.items() if lines} == {}
