"""One text says who sees a ticket and its notes, for callers and for anybody else."""

import pytest
from psycopg import sql

from .acting import ignoring, refused
from .arrange import revoke_role
from .endings import ENDINGS
from .notifying import claim_emails, make_emails_due, notified, process_events
from .personas import PEOPLE, grant, id_of, sign_up

pytestmark = pytest.mark.slow

SEE = {"customer", "colleague", "agent", "neighbour", "lead", "admin"}
READ_NOTES = {"agent", "neighbour", "lead", "admin"}
RIGHTS = ["readable_queues", "note_queues", "shared_organizations"]


@pytest.fixture
def ticket(db):
    return db.create_ticket()


def people_who_see(db, ticket, people=tuple(PEOPLE)):
    """Return who sees a ticket and who reads its notes, as messages are decided."""
    seeing = db.execute(
        "select person_id, reads_notes from public.tickets"
        " cross join private.people_who_see(tickets, %s) where tickets.id = %s",
        [id_of(who) for who in people],
        ticket["id"],
    )
    names = {id_of(who): who for who in people}
    found = {names[person]: reads_notes for person, reads_notes in seeing}
    return set(found), {who for who, reads_notes in found.items() if reads_notes}


def callers_who_see(db, ticket):
    """Return who sees a ticket and who reads its notes, as responses are decided."""
    read = {who: reads(db, who, ticket) for who in PEOPLE}
    see = {who for who, visibilities in read.items() if "public" in visibilities}
    return see, {who for who in see if "internal" in read[who]}


def reads(db, who, ticket):
    """Return the visibilities of the comments that somebody reads."""
    with ignoring("PT404"):
        comments = db.items(who, "list_comments", ticket=ticket["id"])
        return {comment["visibility"] for comment in comments}
    return set()


@pytest.mark.parametrize("ending", [None, *ENDINGS])
def test_messages_and_responses_are_for_the_same_people(db, ticket, ending):
    db.note(ticket, "lead")
    end, lose_all, lose_notes = ENDINGS[ending] if ending else (None, set(), set())
    gain = {"biller"} if ending == "the ticket moves to another queue" else set()
    if end:
        end(db, ticket)

    expected = (SEE - lose_all | gain, READ_NOTES - lose_notes | gain)

    assert people_who_see(db, ticket) == expected
    assert callers_who_see(db, ticket) == expected


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("rights", RIGHTS)
def test_the_rights_of_a_person_are_those_of_the_caller(db, who, rights):
    own = sql.SQL("select * from {}()").format(sql.Identifier("private", rights))
    theirs = sql.SQL("select * from {}(%s)").format(
        sql.Identifier("private", f"{rights}_of")
    )

    assert sorted(db.read(who, own)) == sorted(
        row[0] for row in db.execute(theirs, id_of(who))
    )


def test_nobody_is_told_who_is_not_a_person(db, ticket):
    assert people_who_see(db, ticket, ["unknown"]) == (set(), set())


# Reading notes needs no right to work tickets ---------------------------------


@pytest.fixture
def auditor(db):
    """Somebody who reads tickets and notes of a queue, and may not take tickets."""
    permissions = ["tickets.read", "tickets.note", "tickets.create"]
    db.call("admin", "define_role", role="auditor", name="A", permissions=permissions)
    sign_up(db.connection, "auditor")
    grant(db.connection, "auditor", "auditor")
    revoke_role(db, "auditor", "customer")
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("auditor"),
    )
    return "auditor"


def test_who_reads_notes_without_working_them_is_told_of_them(db, ticket, auditor):
    db.note(ticket, auditor)  # follows from now on
    process_events(db, notify=False)
    db.note(ticket, "lead", "Have a look.")
    process_events(db)

    make_emails_due(db)
    [email] = [
        email for email in claim_emails(db) if email["person_id"] == str(id_of(auditor))
    ]

    assert people_who_see(db, ticket, [auditor]) == ({auditor}, {auditor})
    assert reads(db, auditor, ticket) == {"public", "internal"}
    assert notified(db, auditor) == ["TICKET_COMMENTED"]
    assert [each["event"]["is_internal"] for each in email["happened"]] == [True]
    with refused("PT422"):
        db.assign(ticket, auditor)


def test_who_works_tickets_without_reading_them_is_told_nothing(db, ticket):
    permissions = ["tickets.take", "tickets.note"]
    db.call("admin", "define_role", role="taker", name="T", permissions=permissions)
    sign_up(db.connection, "taker")
    grant(db.connection, "taker", "taker")
    db.execute(
        "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
        id_of("support"),
        id_of("taker"),
    )

    assert people_who_see(db, ticket, ["taker"]) == (set(), set())
