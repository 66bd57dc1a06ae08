"""Redaction: a body is removed from everywhere, and this is recorded."""

import psycopg
import pytest
from psycopg import sql

from shared.core.events import parse_event

from .acting import OWNER, WORKER, refused
from .arrange import (
    move_to_queue,
    revoke_permission,
    store_webhook_settings,
    table_texts,
)
from .bulk import get_bulk_update, item_results, run_all, run_chunk, start, undo
from .notifying import claim_emails, make_emails_due, process_events
from .personas import id_of
from .webhooks import create_deliveries, create_webhook

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
    assert found["redacted_by_name"] == "Lead"
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
        "body = 'Mine is [redacted].', redacted_at = now()",
        "body = 'Otherwise.'",
        "redacted_at = now()",
        "body = '[redacted]'",
        "body = '[redacted]', redacted_at = now(), by_staff = not by_staff",
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


# A text of a ticket ----------------------------------------------------------


def redact_text(db, ticket, text=CARD, who="lead", **options):
    arguments = {"ticket": ticket["id"], "redacted_text": text, **options}
    return db.call(who, "redact_ticket", **arguments)


@pytest.fixture
def everywhere(db):
    """A ticket whose every field, copy and trace holds the card number."""
    store_webhook_settings(db)
    create_webhook(db, include_internal=True)
    ticket = db.create_ticket(
        subject=f"Card {CARD}",
        body=f"It is {CARD}.",
        data={"card": CARD, CARD: [{"deep": f"my {CARD}"}], "n": 4111},
        tags=[f"card-{CARD}", f"{CARD}"],
        idempotency_key="new",
    )
    db.assign(ticket, "agent")
    changes = {"subject": f"Cards {CARD}", "skills": [CARD], "data": {"more": CARD}}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)
    db.set_status(ticket, "open", "agent", reason=f"About {CARD}")
    db.comment("customer", ticket, f"Again: {CARD}", idempotency_key="reply")
    db.note(ticket, body=f"Note {CARD}")
    job = start(db, [ticket], status="pending", reason=f"Waiting for {CARD}")
    run_all(db)
    # These two are not applied yet.
    undo(db, job)
    start(db, [ticket], add_tags=[CARD])
    db.rows("agent", "list_bulk_updates")
    for event in db.events(ticket):
        create_deliveries(db, event)
    process_events(db)
    for due in db.rows(WORKER, "claim_webhook_deliveries", max_items=99):
        log = {
            "attempted_at": "2026-11-23T09:00:00Z",
            "milliseconds": 1,
            "status": 500,
            "response": f"What is {CARD}, {CARD[:9]}",
            "error": f"No {CARD}",
        }
        arguments = {"delivery": due["delivery_id"], "attempt": due["attempt"]}
        db.call(WORKER, "record_webhook_attempt", outcome="retry", log=log, **arguments)
    return db.reload(ticket)


TEXT_COLUMNS = """
    select table_schema, table_name, column_name
    from information_schema.columns
    inner join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE'
        and table_schema not in ('pg_catalog', 'information_schema')
        and data_type in (
            'text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea', 'xml',
            'USER-DEFINED', '"char"', 'character', 'name'
        )
"""


def columns_with(db, text):
    """Every column of every table that holds a text, whatever its type."""
    return {
        f"{schema}.{table}.{column}"
        for schema, table, column in db.execute(TEXT_COLUMNS).fetchall()
        if _holds(db, schema, table, column, text)
    }


def _holds(db, schema, table, column, text):
    name = sql.Identifier(column)
    query = sql.SQL(
        "select exists(select from {} where strpos({}::text, %s) > 0"
        " or strpos({}::text, %s) > 0)"
    ).format(sql.Identifier(schema, table), name, name)
    return db.scalar(query, text, text.encode().hex())


PREPARED = {
    "private.bulk_items.after",
    "private.bulk_items.before",
    "private.bulk_items.change",
    "private.bulk_items.expected",
    "private.bulk_updates.change",
    "private.bulk_updates.undone_change",
    "private.idempotency_keys.response",
    "private.webhook_attempts.error",
    "private.webhook_attempts.response",
    "private.webhook_deliveries.last_error",
    "private.webhook_deliveries.payload",
    "public.comments.body",
    "public.ticket_events.after",
    "public.ticket_events.before",
    "public.tickets.data",
    "public.tickets.skill_keys",
    "public.tickets.skills",
    "public.tickets.status_reason",
    "public.tickets.subject",
    "public.tickets.tag_keys",
    "public.tickets.tags",
}


def test_no_column_of_any_table_holds_a_redacted_text(db, everywhere):
    before = {each for each in columns_with(db, CARD) if "messages" not in each}
    assert before == PREPARED
    assert db.scalar("select count(*) from realtime.messages")

    redact_text(db, everywhere, idempotency_key="r")

    assert columns_with(db, CARD) == set()
    assert columns_with(db, CARD[:9]) == set()


def test_what_is_redacted_meanwhile_can_still_be_undone(db, ticket):
    job = start(db, [ticket], status="pending", reason=f"Waiting for {CARD}")
    run_all(db)
    back = undo(db, job)

    redact_text(db, ticket)
    run_all(db)

    assert item_results(db, back) == ["done"]
    assert get_bulk_update(db, job)["change"]["reason"] == "Waiting for [redacted]"
    assert state_of(db, ticket) == (ticket["status"], ticket["status_reason"])


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("by", ["id", "number"])
def test_a_waiting_bulk_update_brings_no_redacted_text_back(db, ticket, by, begun):
    """And does to other tickets what it was to do."""
    first, last = db.create_ticket_in("open"), db.create_ticket_in("open")
    ref = str(ticket[by]).upper()
    change = {"status": "pending", "reason": f"Waiting for {CARD}", "add_tags": [CARD]}
    job = start(db, [first, ref, last], **change)
    if begun:
        run_chunk(db, max_items=1)

    redact_text(db, ticket)
    run_all(db)

    assert item_results(db, job) == ["done"] * 3
    for each, text in ((first, CARD), (ticket, "[redacted]"), (last, CARD)):
        after = db.reload(each)
        assert after["status_reason"] == f"Waiting for {text}"
        assert after["tags"] == [text]
    assert get_bulk_update(db, job)["change"]["add_tags"] == ["[redacted]"]


def state_of(db, ticket):
    after = db.reload(ticket)
    return after["status"], after["status_reason"]


def test_a_redacted_ticket_is_complete_but_for_the_text(db, everywhere):
    events = db.events(everywhere)

    redact_text(db, everywhere)

    after = db.reload(everywhere)
    assert after["subject"] == "Cards [redacted]"
    assert after["status_reason"] == "Waiting for [redacted]"
    assert after["data"] == {
        "card": "[redacted]",
        "[redacted]": [{"deep": "my [redacted]"}],
        "n": 4111,
        "more": "[redacted]",
    }
    assert after["tags"] == ["card-[redacted]", "[redacted]"]
    assert after["version"] == everywhere["version"] + 1
    changed = {"subject", "status_reason", "data", "tags", "skills", "version"}
    assert {name for name in after if after[name] != everywhere[name]} == changed
    *kept, trace = db.events(everywhere)
    same = ("id", "seq", "type", "actor_id", "occurred_at", "is_internal")
    assert [[each[name] for name in same] for each in kept] == [
        [each[name] for name in same] for each in events
    ]
    assert all(parse_event(each) for each in kept)
    assert (trace["type"], trace["is_internal"]) == ("TICKET_REDACTED", True)


def test_a_redaction_says_how_many_places_and_records_it_without_the_text(db, ticket):
    db.comment("customer", ticket, f"{CARD} and {CARD}")
    db.note(ticket, body=f"Also {CARD}")
    changes = {"subject": f"Card {CARD}"}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    result = redact_text(db, ticket)

    # The ticket, the event of its change, and both comments.
    assert result == {"ticket_id": ticket["id"], "places": 4}
    [*_, trace] = db.events(ticket)
    assert trace["actor_id"] == str(id_of("lead"))
    assert (trace["before"], trace["after"]) == (None, {"places": 4})
    shown = db.items("customer", "list_comments", ticket=ticket["id"])
    assert shown[-1]["body"] == "[redacted] and [redacted]"
    assert shown[-1]["redacted_by"] == str(id_of("lead"))
    types = [
        each["type"]
        for each in db.items("customer", "list_ticket_events", ticket=ticket["id"])
    ]
    assert "TICKET_REDACTED" not in types


def test_a_text_that_is_nowhere_changes_nothing(db, ticket):
    before = db.reload(ticket), db.events(ticket)

    assert redact_text(db, ticket)["places"] == 0

    assert (db.reload(ticket), db.events(ticket)) == before


HIDDEN = {
    "nothing": (),
    "a note": ("note",),
    "a needed skill": ("skills",),
    "both": ("note", "skills"),
}


@pytest.mark.parametrize("seen", [{}, {"subject": f"Card {CARD}"}])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_places_that_a_reader_may_not_see_are_not_counted(db, ticket, hidden, seen):
    changes = [{"skills": [CARD]}] * ("skills" in HIDDEN[hidden]) + [seen] * bool(seen)
    for change in changes:
        db.call("agent", "update_ticket", ticket=ticket["id"], changes=change)
    if "note" in HIDDEN[hidden]:
        db.note(ticket, body=f"Note {CARD}")
    revoke_permission(db, "tickets.note", "lead")

    # What is seen is the ticket and the event of its change.
    assert redact_text(db, ticket)["places"] == 2 * len(seen)

    assert columns_with(db, CARD) == set()


def test_a_closed_ticket_is_redacted_too_and_stays_closed(db):
    ticket = db.create_ticket_in("closed", subject=f"Card {CARD}")

    redact_text(db, ticket)

    after = db.reload(ticket)
    assert (after["subject"], after["status"]) == ("Card [redacted]", "closed")
    assert after["closed_at"] == ticket["closed_at"]
    with refused("PT409", "ticket-closed"):
        db.execute(
            "update public.tickets set subject = 'x' where id = %s", ticket["id"]
        )


def test_the_tags_of_a_closed_ticket_are_redacted_too(db):
    ticket = db.create_ticket_in("closed", tags=[f"card-{CARD}", "kept"])

    redact_text(db, ticket)

    after = db.reload(ticket)
    assert (after["tags"], after["status"]) == (["card-[redacted]", "kept"], "closed")


def version_for(db, who, ticket):
    return db.call(who, "get_ticket", ticket=ticket["id"])["version"]


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [("subject", CARD, 1), ("tags", [CARD], 1), ("skills", [CARD], 0)],
)
def test_no_copy_of_a_redacted_ticket_stays_valid(db, ticket, field, value, seen):
    """Whoever keeps it by its version asks anew, unless they never saw the text."""
    arguments = {"ticket": ticket["id"], "changes": {field: value}}
    db.call("agent", "update_ticket", **arguments)
    before = {who: version_for(db, who, ticket) for who in ("customer", "agent")}

    redact_text(db, ticket)

    after = {who: version_for(db, who, ticket) for who in before}
    assert after["agent"] == before["agent"] + 1
    assert after["customer"] == before["customer"] + seen


def test_labels_that_become_equal_are_one(db, ticket):
    changes = {"tags": ["A12", "a21", "b"], "skills": ["S12", "s21"]}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    redact_text(db, ticket, "12")
    redact_text(db, ticket, "21")

    after = db.reload(ticket)
    assert after["tags"] == ["A[redacted]", "b"]
    assert after["skills"] == ["S[redacted]"]


def test_other_spellings_of_tags_are_not_kept(db):
    """Tags are compared without case, so their keys are spelled otherwise."""
    ticket = db.create_ticket(tags=["CardOfJane"], idempotency_key="new")

    redact_text(db, ticket, "CardOfJane")

    assert columns_with(db, "cardofjane") == set()


def test_fields_that_would_become_too_long_go_as_a_whole(db, ticket):
    data = {"long": "x" * 16_000, "deep": ["x"], "with x": 1, "kept": "y"}
    changes = {"data": data}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    redact_text(db, ticket, "x")

    assert db.reload(ticket)["data"] == {"kept": "y"}
    assert db.event_types(ticket)[-1] == "TICKET_REDACTED"


def test_the_longest_bulk_change_is_redacted(db, ticket):
    tags = [("x" * 48 + str(n))[-50:] for n in range(10, 30)]
    start(
        db, [ticket], add_tags=tags, remove_tags=tags, status="open", reason="x" * 500
    )

    redact_text(db, ticket, "x")

    [change] = db.execute("select change::text from private.bulk_updates").fetchone()
    assert "x" not in change
    assert len(change) > 16384


def test_follow_ups_are_redacted_wherever_they_stand(db):
    ticket = db.create_ticket_in("closed", subject=f"Card {CARD}", data={"a": CARD})
    follow_up = db.comment("customer", ticket, "Again.")["ticket_id"]
    move_to_queue(db, {"id": follow_up}, "billing")

    assert redact_text(db, ticket)["places"] == 2  # the ticket and its first event

    assert columns_with(db, CARD) == set()
    assert db.event_types({"id": follow_up})[-1] == "TICKET_REDACTED"


def test_other_tickets_keep_the_text(db, ticket):
    other = db.create_ticket(subject=f"Card {CARD}")

    redact_text(db, ticket)

    assert db.reload(other) == other


def test_a_redaction_is_idempotent(db, ticket):
    db.comment("customer", ticket, f"Mine is {CARD}.")
    first = redact_text(db, ticket, idempotency_key="r")

    assert redact_text(db, ticket, idempotency_key="r") == first
    assert db.event_types(ticket).count("TICKET_REDACTED") == 1


def test_a_comment_may_be_redacted_in_part_again_and_whole(db, ticket):
    comment = db.comment("customer", ticket, f"Mine is {CARD}, hers 5500.")

    redact_text(db, ticket)
    redact_text(db, ticket, "5500")
    shown = db.items("customer", "list_comments", ticket=ticket["id"])[-1]
    assert shown["body"] == "Mine is [redacted], hers [redacted]."

    assert redact(db, ticket, comment["id"])["body"] == "[redacted]"


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "redacted", "[", "d]", "[redacted]", "x" * 1001, None]
)
def test_a_text_that_cannot_be_redacted_is_refused(db, ticket, text):
    with refused("PT422", "invalid"):
        redact_text(db, ticket, text)


@pytest.mark.parametrize("text", ["]a", '"', "\\", "%", "_", ".*", "\u200d", "ü"])
def test_any_text_is_redacted_as_it_is_written(db, ticket, text):
    db.comment("customer", ticket, f"a{text}aaa{text}{text}b")
    changes = {"data": {"k": f"{text}x{text}"}, "subject": f"{text}aaa, 1 and 2"}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    redact_text(db, ticket, text)

    after = db.reload(ticket)
    shown = db.items("customer", "list_comments", ticket=ticket["id"])[-1]["body"]
    assert not [each for each in (after["subject"], shown) if text in each]
    assert text not in after["data"]["k"]
    assert after["subject"].endswith("1 and 2")
    assert shown.endswith("b")


def test_numbers_among_the_fields_are_redacted_too(db, ticket):
    changes = {"data": {"card": 4111111111111111, "year": 2026}}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)

    redact_text(db, ticket, "4111111111111111")

    assert db.reload(ticket)["data"] == {"card": "[redacted]", "year": 2026}


def test_ids_and_names_of_ours_are_never_redacted(db, ticket):
    before = db.events(ticket)

    redact_text(db, ticket, ticket["id"][:4])
    redact_text(db, ticket, "open")

    assert [each["after"] for each in db.events(ticket)][: len(before)] == [
        each["after"] for each in before
    ]


@pytest.mark.parametrize(
    "change",
    [
        'after = after || \'{"subject": "Otherwise"}\'',
        "after = after - 'subject'",
        "after = '{}'",
        "type = 'TICKET_UPDATED'",
        "actor_id = null, after = '{}'",
        "occurred_at = occurred_at + interval '1 day'",
    ],
)
@pytest.mark.parametrize("redacted", ["", "Help", "Otherwise"])
def test_events_are_append_only_but_for_redaction(db, ticket, change, redacted):
    with refused("PT409", "append-only"), db.acting(OWNER) as connection:
        connection.execute(
            "select set_config('autocrm.redacted_text', %s, true)", [redacted]
        )
        connection.execute(
            f"update public.ticket_events set {change} where ticket_id = %s",  # noqa: S608
            [ticket["id"]],
        )


@pytest.mark.parametrize(
    "change", ["subject = 'x'", "status = 'open'", "priority = 'high'", "data = '{}'"]
)
def test_a_closed_ticket_changes_by_redaction_alone(db, change):
    ticket = db.create_ticket_in("closed", data={"a": "Help"})

    with refused("PT409", "ticket-closed"), db.acting(OWNER) as connection:
        connection.execute("select set_config('autocrm.redacted_text', 'Help', true)")
        connection.execute(
            f"update public.tickets set {change} where id = %s",  # noqa: S608
            [ticket["id"]],
        )
