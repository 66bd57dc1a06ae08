"""Redaction: a body is removed from everywhere, and this is recorded."""

import psycopg
import pytest
from psycopg import sql

from .acting import OWNER, refused
from .arrange import revoke_permission, table_texts
from .notifying import claim_emails, make_emails_due, process_events
from .personas import id_of

pytestmark = pytest.mark.slow
CARD = "4111-1111-1111-1111"
NOTHING = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ticket(db):
    return db.create_ticket_in("open")


@pytest.fixture
def comment(db, ticket):
    """A comment with a card number, stored under an idempotency key."""
    return db.comment("customer", ticket, f"Mine is {CARD}.", idempotency_key="k")


def redact(db, ticket, comment, who="lead", **options):
    return db.call(
        who, "redact_comment", ticket=ticket["id"], comment=comment, **options
    )


@pytest.mark.parametrize("by", ["id", "position"])
def test_redaction_replaces_the_body_and_keeps_the_comment(db, ticket, comment, by):
    redact(db, ticket, str(comment[by]))

    [*_, found] = db.items("customer", "list_comments", ticket=ticket["id"])
    assert found["body"] == "[redacted]"
    assert (found["redacted_at"], found["redacted_by"]) == (
        found["redacted_at"] or "missing",
        str(id_of("lead")),
    )
    kept = ("id", "position", "author_id", "visibility", "created_at")
    assert [found[name] for name in kept] == [comment[name] for name in kept]


def test_no_table_holds_a_redacted_body(db, ticket, comment):
    assert any(CARD in text for text in table_texts(db))

    redact(db, ticket, comment["id"])

    assert [text for text in table_texts(db) if CARD in text] == []


def test_stored_responses_are_redacted_too(db, ticket, comment):
    redact(db, ticket, comment["id"])

    again = db.comment("customer", ticket, f"Mine is {CARD}.", idempotency_key="k")

    assert again["id"] == comment["id"]
    assert again["body"] == "[redacted]"


def test_pending_emails_are_redacted_too(db, ticket):
    comment = db.comment("agent", ticket, f"Yours is {CARD}.")
    process_events(db)
    redact(db, ticket, comment["id"])
    process_events(db)

    make_emails_due(db)
    emails = claim_emails(db)

    assert emails
    assert CARD not in str(emails)
    assert "[redacted]" in str(emails)


def test_redaction_is_recorded_once_without_the_body(db, ticket, comment):
    redact(db, ticket, comment["id"])
    redact(db, ticket, comment["id"])

    [event] = [
        event
        for event in db.events(ticket)
        if event["type"] == "TICKET_COMMENT_REDACTED"
    ]
    assert event["actor_id"] == str(id_of("lead"))
    assert event["is_internal"] is False
    assert set(event["after"]) == {
        "comment_id",
        "position",
        "author_id",
        "author_name",
        "by_staff",
        "visibility",
    }


def test_redacting_a_note_is_an_internal_event(db, ticket):
    note = db.note(ticket)

    redact(db, ticket, note["id"])

    assert db.events(ticket)[-1]["is_internal"] is True
    shown = db.items("customer", "list_ticket_events", ticket=ticket["id"])
    assert "TICKET_COMMENT_REDACTED" not in [event["type"] for event in shown]


def test_notes_hidden_from_the_caller_cannot_be_redacted(db, ticket):
    note = db.note(ticket)
    revoke_permission(db, "tickets.note", "lead")

    with refused("PT404"):
        redact(db, ticket, note["id"])


def test_comments_of_closed_tickets_can_be_redacted(db):
    ticket = db.create_ticket_in("closed")

    assert redact(db, ticket, "1")["body"] == "[redacted]"
    assert db.reload(ticket)["version"] == ticket["version"]


def test_redaction_is_idempotent(db, ticket, comment):
    first = redact(db, ticket, comment["id"], idempotency_key="r")

    assert redact(db, ticket, comment["id"], idempotency_key="r") == first


@pytest.mark.parametrize("comment", ["7", "0", NOTHING, "", "one", "9" * 30])
def test_unknown_comments_are_not_found(db, ticket, comment):
    with refused("PT404"):
        redact(db, ticket, comment)


def test_a_comment_of_another_ticket_is_not_found(db, ticket):
    other = db.comment("customer", db.create_ticket(), "Elsewhere.")

    with refused("PT404"):
        redact(db, ticket, other["id"])


@pytest.mark.parametrize(
    "change",
    [
        "body = 'Otherwise.'",
        "redacted_at = now()",
        "body = '[redacted]'",
        "body = '[redacted]', redacted_at = now(), author_id = redacted_by",
        "position = 9",
    ],
)
def test_comments_are_append_only_but_for_redaction(db, comment, change):
    with refused("PT409", "append-only"), db.acting(OWNER) as connection:
        update = sql.SQL("update public.comments set {} where id = %s")
        connection.execute(update.format(sql.SQL(change)), [comment["id"]])


def test_redacted_comments_cannot_be_restored(db, ticket, comment):
    redact(db, ticket, comment["id"])

    with pytest.raises(psycopg.Error, match="append-only"):
        db.execute(
            "update public.comments set body = 'Back.', redacted_at = null"
            " where id = %s",
            comment["id"],
        )
