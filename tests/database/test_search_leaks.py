"""What somebody may not read never shows by a search: not found, counted or guessed."""

import pytest

from .acting import Json
from .arrange import define_field, leave_queues, revoke_permission, table_texts
from .personas import PEOPLE, id_of
from .searching import answers, numbers, rebuild, search

pytestmark = pytest.mark.slow

NOTHING = "nonexistentium"
# A word of its own for each place, so that none is like another.
REPLY, NOTE, FIELD, STAFF_FIELD, HIDDEN, HIDDEN_NOTE, HIDDEN_SUBJECT = (
    "zebrafish", "quicksand", "marmalade", "xylophone", "cucumbers", "waterfall",
    "jellybean",
)  # fmt: skip
OUTSIDERS = ("customer", "stranger", "agent", "biller")
"""Those of whom each may not read something else."""
READERS = {"agent", "neighbour", "lead", "admin"}
SEE = {
    REPLY: {"customer", "colleague", *READERS},
    FIELD: {"customer", "colleague", *READERS},
    NOTE: READERS,
    STAFF_FIELD: READERS,
    HIDDEN: {"stranger", "biller", "admin"},
    HIDDEN_SUBJECT: {"stranger", "biller", "admin"},
    HIDDEN_NOTE: {"biller", "admin"},
}


@pytest.fixture
def ticket(db):
    """A ticket in support with all a ticket has, and one in billing of a stranger."""
    define_field(db, "rating", visible_to="staff", editable_by="staff")
    ticket = db.create_ticket(body="Help me, please.", data={"place": FIELD})
    db.comment("agent", ticket, f"We help: {REPLY}.")
    db.note(ticket, body=f"They are {NOTE} people.")
    changes = {"data": {"rating": STAFF_FIELD}}
    db.call("agent", "update_ticket", ticket=ticket["id"], changes=changes)
    other = db.create_ticket(
        "stranger", queue="billing", subject=HIDDEN_SUBJECT, body=f"I help {HIDDEN}."
    )
    db.note(other, "biller", f"Help with {HIDDEN_NOTE}.")
    rebuild(db)
    return ticket


@pytest.mark.parametrize("who", PEOPLE)
def test_words_are_found_by_whoever_may_read_them(db, ticket, who):
    found = {word for word in SEE if search(db, who, word)["items"]}

    assert found == {word for word, readers in SEE.items() if who in readers}


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize(
    "how",
    [
        "{}",
        "{:.4}",  # its beginning
        "{}x",  # misspelled
        '"{} people"',  # words side by side in a note
        "help or {}",
        "help -{}",
    ],
)
def test_a_hidden_word_is_answered_as_one_that_is_nowhere(db, ticket, who, how):
    expected = answers(db, who, how.format(NOTHING))

    for word, readers in SEE.items():
        if who not in readers:
            assert answers(db, who, how.format(word)) == expected
            assert word not in expected


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nothing_that_somebody_is_told_holds_a_hidden_word(db, ticket, who):
    for q in ("help", "people", "please or we or with", str(ticket["number"])):
        told = answers(db, who, q)
        assert [
            w for w, readers in SEE.items() if w in told and who not in readers
        ] == []
        if who not in READERS | {"biller"}:
            assert '"internal"' not in told
            assert '"notes": 0' not in told


def test_customers_count_comments_without_the_notes_between(db, ticket):
    db.comment("agent", ticket, "Another zebrafish.")

    for options in ({}, {"page_size": 1}):
        page = search(db, "customer", "zebrafish", part="comments", **options)
        first = page["items"][0]
        assert first["position"] == first["highlights"][0]["position"] == 3
        assert page["next"] is None or page["next"][-1] == 3


def test_a_note_moves_nothing_for_who_does_not_read_it(db, ticket):
    before = answers(db, "customer", "help")
    since = db.scalar("select clock_timestamp()::text").replace(" ", "T")
    db.execute("update public.tickets set skills = '{diving}'")
    db.note(ticket, body="Help, help, help.")

    def changed(who, since):
        return numbers(db, who, "help", filters={"updated_after": since})

    assert answers(db, "customer", "help") == before
    assert changed("customer", since.replace("+00", "Z")) == []


def test_fields_of_staff_filter_for_staff_alone(db, ticket):
    db.execute("update private.fields set filterable = true where key = 'rating'")
    db.execute("delete from private.field_fills")
    db.execute("select private.write_field_values(tickets) from public.tickets")
    own = db.create_ticket("agent", queue="billing")
    changes = {"data": {"rating": STAFF_FIELD}}
    db.call("biller", "update_ticket", ticket=own["id"], changes=changes)

    def found(who, field, value):
        return numbers(db, who, "help or broken", filters={"fields": {field: [value]}})

    # The agent reads the notes of support, not of billing, where they asked for help.
    assert found("agent", "rating", STAFF_FIELD) == [ticket["number"]]
    assert own["number"] in numbers(db, "agent", "broken")


@pytest.mark.parametrize(
    "lose",
    [
        lambda db: leave_queues(db, "agent"),
        lambda db: revoke_permission(db, "tickets.read", "agent"),
    ],
)
def test_who_loses_a_queue_finds_nothing_there_any_more(db, ticket, lose):
    assert numbers(db, "agent", REPLY) == [ticket["number"]]

    lose(db)

    assert answers(db, "agent", REPLY) == answers(db, "agent", NOTHING)


def test_who_may_not_read_notes_any_more_finds_replies_alone(db, ticket):
    revoke_permission(db, "tickets.note")

    assert numbers(db, "agent", REPLY) == [ticket["number"]]
    assert answers(db, "agent", NOTE) == answers(db, "agent", NOTHING)


def test_followers_find_the_ticket_that_they_follow_as_customers_do(db, ticket):
    db.call("agent", "add_follower", ticket=ticket["id"], person=str(id_of("stranger")))

    assert numbers(db, "stranger", REPLY) == [ticket["number"]]
    assert answers(db, "stranger", NOTE) == answers(db, "stranger", NOTHING)


def test_a_field_is_hidden_at_once_when_it_becomes_one_of_staff(db, ticket):
    define_field(db, "place")
    assert numbers(db, "customer", FIELD) == [ticket["number"]]
    hide = {"visible_to": "staff", "editable_by": "staff"}

    db.call("admin", "change_field", field="place", changes=hide)
    before = [answers(db, "customer", FIELD), answers(db, "customer", f"help -{FIELD}")]
    rebuild(db)
    after = [answers(db, "customer", FIELD), answers(db, "customer", f"help -{FIELD}")]

    expected = [answers(db, "customer", NOTHING), answers(db, "customer", "help")]
    assert before == after == expected
    assert numbers(db, "agent", FIELD) == [ticket["number"]]


@pytest.mark.parametrize("word", [REPLY, NOTE, FIELD])
@pytest.mark.parametrize("who", ["customer", "lead"])
def test_a_redacted_word_is_gone_for_everybody(db, ticket, word, who):
    db.call("lead", "redact_ticket", ticket=ticket["id"], redacted_text=word)

    assert answers(db, who, word) == answers(db, who, NOTHING)
    assert answers(db, who, f"{word}x") == answers(db, who, f"{NOTHING}x")
    stems = [word, word[:-1], word[:-2]]
    assert [
        text for text in table_texts(db) if any(stem in text for stem in stems)
    ] == []


def test_a_redacted_comment_is_gone(db, ticket):
    comment = db.comment("customer", ticket, "My code is kangaroos.")

    db.call("lead", "redact_comment", ticket=ticket["id"], comment=comment["id"])

    assert answers(db, "admin", "kangaroos") == answers(db, "admin", NOTHING)
    assert [text for text in table_texts(db) if "kangaroo" in text] == []


def test_a_key_of_a_hidden_queue_is_none(db, ticket):
    own = db.create_ticket("customer", queue="billing", body="Help with a bill.")
    db.execute("update public.queues set open_to_customers = key <> 'billing'")

    def found(queue):
        return numbers(db, "customer", "bill", queue=queue)

    assert found(str(id_of("billing"))) == [own["number"]]
    assert found("billing") == found("nowhere") == []
    assert search(db, "customer", "help", after=Json([1, False]))["items"] == []
