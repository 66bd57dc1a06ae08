"""A change reaches the tests that can find its mistakes."""

import pytest

from tests.affected import ALWAYS, affected, dependents, importers, objects, statements
from tests.planting.faults import FAULTS

from .source import ROOT


def migration(subject):
    [file] = (ROOT / "supabase/migrations").glob(f"*[0-9]_{subject}.sql")
    return str(file.relative_to(ROOT))


EMAILS, TICKETS = migration("emails"), migration("tickets")


def line_of(file, words):
    before, found, _ = (ROOT / file).read_text().partition(words)
    assert found
    return before.count("\n") + 1


def changed(file, words):
    return {file: {line_of(file, words)}}


def test_a_statement_begins_where_its_file_says():
    for (file, line), text in statements().items():
        lines = (ROOT / file).read_text().splitlines()
        assert "\n".join(lines[line - 1 :]).startswith(text.rstrip("\n"))


@pytest.mark.parametrize(
    ("file", "words", "test"),
    [
        (EMAILS, "due_at = now() + interval '2 minutes'", "database/test_emails.py"),
        (EMAILS, "where sent_at is null and gave_up_at is null and due_at <= now()",
         "database/test_emails.py"),
        (TICKETS, "new.released_by := case", "database/test_claim.py"),
        (TICKETS, "new.released_by := case", "repositories/test_tickets.py"),
    ],
)  # fmt: skip
def test_an_object_of_the_migrations_reaches_the_tests_that_name_it(file, words, test):
    assert f"tests/{test}" in affected(changed(file, words))


def test_a_view_reaches_the_functions_that_read_it():
    words = "where sent_at is null and gave_up_at is null and due_at <= now()"
    names = objects(EMAILS, {line_of(EMAILS, words)})

    assert names == {"emails_due"}
    assert {"claim_emails", "due_jobs"} <= dependents(names)


def test_a_policy_or_trigger_reaches_what_names_its_table():
    line = line_of(TICKETS, "create trigger apply_ticket_rules")

    assert "tickets" in objects(TICKETS, {line})


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("shared/bulk_updates/repository.py", "repositories/test_bulk_updates.py"),
        ("shared/webhooks/repository.py", "database/test_webhook_delivery.py"),
        ("functions/deliver_emails/use_case.py", "functions/test_deliver_emails.py"),
        ("tests/database/notifying.py", "database/test_emails.py"),
    ],
)
def test_a_module_reaches_the_tests_that_import_it(file, test):
    assert f"tests/{test}" in affected({file: set()})


def test_what_is_no_module_reaches_no_test():
    assert list(importers("tests/node_scripts.js")) == []
    assert affected({"README.md": set()}) == ALWAYS


def test_the_faults_stand_in_the_files():
    stale = [
        fault
        for fault in FAULTS
        if sum(text.read_text().count(fault.old) for text in ROOT.glob(fault.file)) != 1
    ]

    assert len(stale) < len(FAULTS) / 4  # a few may go before somebody replaces them
