"""Authors correct their comments for a few minutes, and leave a trace."""

import pytest

from .acting import OWNER, WORKER, refused
from .arrange import leave_queues
from .personas import id_of

pytestmark = pytest.mark.slow


@pytest.fixture
def ticket(db):
    return db.create_ticket_in("open")


def correct(db, ticket, comment, who, body="Better.", **more):
    arguments = {"ticket": ticket["id"], "comment": comment["id"], "body": body}
    return db.call(who, "edit_comment", **arguments, **more)


def shown(db, ticket, comment, who):
    found = db.items(who, "list_comments", ticket=ticket["id"])
    return next((each for each in found if each["id"] == comment["id"]), None)


@pytest.mark.parametrize("who", ["customer", "colleague", "agent"])
def test_authors_correct_their_comments_and_staff_see_what_was_said(db, ticket, who):
    comment = db.comment(who, ticket, "Worse.")

    corrected = correct(db, ticket, comment, who)

    assert (corrected["body"], corrected["version"]) == ("Better.", 2)
    assert corrected["edited_at"] is not None
    for reader in ("agent", "lead", "admin"):
        [former] = shown(db, ticket, comment, reader)["former_bodies"]
        assert former["body"] == "Worse."
        assert former["replaced_at"] == corrected["edited_at"]
    for reader in ("customer", "colleague"):
        found = shown(db, ticket, comment, reader)
        assert (found["body"], found["former_bodies"]) == ("Better.", None)
        assert "Worse." not in str(found)
    [*_, event] = db.events(ticket)
    assert event["type"] == "TICKET_COMMENT_EDITED"
    assert event["after"]["comment_id"] == comment["id"]
    assert "etter" not in str(event)


def test_the_request_itself_is_corrected(db, ticket):
    [first] = db.items("customer", "list_comments", ticket=ticket["id"])

    correct(db, ticket, first, "customer")

    assert shown(db, ticket, first, "agent")["former_bodies"][0]["body"] != "Better."


@pytest.mark.parametrize(
    ("who", "code"),
    [("customer", "PT404"), ("neighbour", "PT403"), ("lead", "PT403"),
     ("admin", "PT403"), ("stranger", "PT404")],
)  # fmt: skip
def test_nobody_corrects_the_words_of_another(db, ticket, who, code):
    note = db.note(ticket, "agent")

    with refused(code):
        correct(db, ticket, note, who)
    with refused("PT409", "append-only"), db.acting(OWNER) as connection:
        connection.execute(
            "update public.comments set body = 'Other', edited_at = now()"
            " where id = %s",
            [note["id"]],
        )


def test_whoever_left_corrects_no_note(db, ticket):
    note = db.note(ticket, "agent")
    leave_queues(db, "agent")

    with refused("PT404"):
        correct(db, ticket, note, "agent")


@pytest.mark.parametrize(("seconds", "code"), [(0, "PT409"), (-1, None)])
def test_the_time_ends_with_the_setting(db, ticket, seconds, code):
    """The transaction of the test is the moment: 0 is just now, and in time."""
    comment = db.comment("agent", ticket, "Worse.")
    db.execute("update private.settings set comment_editable_for = '1 minute'")
    age = "alter table public.comments {} trigger refuse_update"
    db.execute(age.format("disable"))
    db.execute(
        "update public.comments set created_at = now() - interval '1 minute'"
        " - make_interval(secs => %s) where id = %s",
        seconds + 1,
        comment["id"],
    )
    db.execute(age.format("enable"))

    if code is None:
        assert correct(db, ticket, comment, "agent")["body"] == "Better."
    else:
        with refused(code, "too-late"):
            correct(db, ticket, comment, "agent")
        assert correct(db, ticket, comment, "agent", "Worse.")["edited_at"] is None


def test_versions_keep_two_windows_apart(db, ticket):
    comment = db.comment("agent", ticket, "Worse.")

    correct(db, ticket, comment, "agent", expected_version=1)
    again = correct(db, ticket, comment, "agent")

    assert again["version"] == 2
    with refused("PT412", "stale"):
        correct(db, ticket, comment, "agent", "Other.", expected_version=1)


def test_ten_corrections_are_enough(db, ticket):
    comment = db.comment("agent", ticket, "0")
    for number in range(1, 11):
        correct(db, ticket, comment, "agent", str(number))

    with refused("PT409", "too-many-corrections"):
        correct(db, ticket, comment, "agent", "11")

    former = shown(db, ticket, comment, "agent")["former_bodies"]
    assert [each["body"] for each in former] == [str(n) for n in range(10)]


def test_closed_tickets_and_redacted_comments_stay(db, ticket):
    comment = db.comment("agent", ticket, "Worse.")
    redacted = db.comment("agent", ticket, "Secret.")
    db.call("lead", "redact_comment", ticket=ticket["id"], comment=redacted["id"])

    with refused("PT409", "redacted"):
        correct(db, ticket, redacted, "agent")
    db.set_status(ticket, "solved")
    db.close(ticket)
    with refused("PT409", "ticket-closed"):
        correct(db, ticket, comment, "agent")


@pytest.mark.parametrize("whole", [True, False])
def test_redaction_reaches_what_was_said_before(db, ticket, whole):
    comment = db.comment("customer", ticket, "My word is hunter2.")
    correct(db, ticket, comment, "customer")

    if whole:
        arguments = {"ticket": ticket["id"], "comment": comment["id"]}
        db.call("lead", "redact_comment", **arguments)
    else:
        arguments = {"ticket": ticket["id"], "redacted_text": "hunter2"}
        assert db.call("lead", "redact_ticket", **arguments)["places"] == 1

    assert "hunter2" not in str(shown(db, ticket, comment, "agent"))
    kept = "select string_agg(body, '') from private.former_comments"
    assert "hunter2" not in db.scalar(kept)


def test_a_corrected_note_notifies_whom_it_names_now(db, ticket):
    note = db.note(ticket, "agent", "@neighbour, look.")

    correct(db, ticket, note, "agent", "@neighbour and @lead, look.")

    [*_, edited, mentioned] = db.events(ticket)
    assert edited["type"] == "TICKET_COMMENT_EDITED"
    assert (edited["is_internal"], mentioned["type"]) == (True, "TICKET_MENTIONED")
    assert mentioned["after"]["people"] == [str(id_of("lead"))]


def test_email_that_is_not_sent_yet_has_the_new_words(db, ticket):
    db.execute("update private.settings set email_delay = '0'")
    comment = db.comment("agent", ticket, "Worse.")
    for event in db.events(ticket):
        db.call(WORKER, "notify_people", event=event["id"])

    correct(db, ticket, comment, "agent")

    words = [
        each["words"]
        for email in db.rows(WORKER, "claim_emails")
        for each in email["happened"]
    ]
    assert "Better." in words
    assert "Worse." not in words
