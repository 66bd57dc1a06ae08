"""Words that must not stay: they go from everywhere, and leave a trace."""

import psycopg
import pytest
from psycopg import sql

from .cast import id_of
from .desk import OWNER, refused
from .told import claim, mail_is_due, settle

pytestmark = pytest.mark.slow
CARD = "4111-1111-1111-1111"
NOTHING = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ticket(desk):
    return desk.ticket_in("open")


@pytest.fixture
def said(desk, ticket):
    """What a customer should not have written, answered under a key."""
    return desk.say("customer", ticket, f"Mine is {CARD}.", idempotency_key="k")


def redact(desk, ticket, comment, who="lead", **given):
    return desk.call(
        who, "redact_comment", ticket=ticket["id"], comment=comment, **given
    )


def texts(desk):
    """Everything that any table holds, as text."""
    tables = desk.run(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'private', 'net', 'realtime')"
    ).fetchall()
    for table in tables:
        read = sql.SQL("select t::text from {} as t").format(sql.Identifier(*table))
        yield from (row for (row,) in desk.run(read).fetchall())


@pytest.mark.parametrize("by", ["id", "position"])
def test_the_words_go_and_that_there_were_some_stays(desk, ticket, said, by):
    redact(desk, ticket, str(said[by]))

    [*_, found] = desk.rows("customer", "list_comments", ticket=ticket["id"])
    assert found["body"] == "[redacted]"
    assert (found["redacted_at"], found["redacted_by"]) == (
        found["redacted_at"] or "missing",
        str(id_of("lead")),
    )
    kept = ("id", "position", "author_id", "visibility", "created_at")
    assert [found[name] for name in kept] == [said[name] for name in kept]


def test_no_table_holds_the_words_any_more(desk, ticket, said):
    assert any(CARD in text for text in texts(desk))

    redact(desk, ticket, said["id"])

    assert [text for text in texts(desk) if CARD in text] == []


def test_who_asks_again_for_an_old_answer_gets_it_without_the_words(desk, ticket, said):
    redact(desk, ticket, said["id"])

    again = desk.say("customer", ticket, f"Mine is {CARD}.", idempotency_key="k")

    assert again["id"] == said["id"]
    assert again["body"] == "[redacted]"


def test_mail_that_has_not_gone_goes_without_the_words(desk, ticket):
    said = desk.say("agent", ticket, f"Yours is {CARD}.")
    settle(desk)
    redact(desk, ticket, said["id"])
    settle(desk)

    mail_is_due(desk)
    mails = claim(desk)

    assert mails
    assert CARD not in str(mails)
    assert "[redacted]" in str(mails)


def test_it_is_told_once_without_words_to_those_who_knew(desk, ticket, said):
    redact(desk, ticket, said["id"])
    redact(desk, ticket, said["id"])

    [event] = [
        event
        for event in desk.events(ticket)
        if event["type"] == "TICKET_COMMENT_REDACTED"
    ]
    assert event["actor_id"] == str(id_of("lead"))
    assert event["is_internal"] is False
    assert set(event["after"]) == {"comment_id", "position", "author_id", "visibility"}


def test_a_note_is_redacted_where_no_customer_looks(desk, ticket):
    note = desk.note(ticket)

    redact(desk, ticket, note["id"])

    assert desk.events(ticket)[-1]["is_internal"] is True
    shown = desk.rows("customer", "list_ticket_events", ticket=ticket["id"])
    assert "TICKET_COMMENT_REDACTED" not in [event["type"] for event in shown]


def test_who_may_redact_but_not_read_notes_finds_none(desk, ticket):
    note = desk.note(ticket)
    desk.run(
        "delete from public.role_permissions"
        " where role = 'lead' and permission = 'tickets.note'"
    )

    with refused("PT404"):
        redact(desk, ticket, note["id"])


def test_a_closed_ticket_loses_words_too(desk):
    ticket = desk.ticket_in("closed")

    assert redact(desk, ticket, "1")["body"] == "[redacted]"
    assert desk.now(ticket)["version"] == ticket["version"]


def test_the_same_request_again_is_the_same_answer(desk, ticket, said):
    first = redact(desk, ticket, said["id"], idempotency_key="r")

    assert redact(desk, ticket, said["id"], idempotency_key="r") == first


@pytest.mark.parametrize("comment", ["7", "0", NOTHING, "", "one", "9" * 30])
def test_what_was_not_said_is_not_found(desk, ticket, comment):
    with refused("PT404"):
        redact(desk, ticket, comment)


def test_a_comment_of_another_ticket_is_not_found(desk, ticket):
    other = desk.say("customer", desk.ticket(), "Elsewhere.")

    with refused("PT404"):
        redact(desk, ticket, other["id"])


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
def test_words_are_taken_out_as_a_whole_or_not_changed_whoever_writes(
    desk, said, change
):
    with refused("PT409", "append-only"), desk.acting(OWNER) as connection:
        update = sql.SQL("update public.comments set {} where id = %s")
        connection.execute(update.format(sql.SQL(change)), [said["id"]])


def test_words_do_not_come_back(desk, ticket, said):
    redact(desk, ticket, said["id"])

    with pytest.raises(psycopg.Error, match="append-only"):
        desk.run(
            "update public.comments set body = 'Back.', redacted_at = null"
            " where id = %s",
            said["id"],
        )
