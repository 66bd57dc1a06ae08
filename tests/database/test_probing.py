"""What somebody may not see is refused as what does not exist, word for word."""

from uuid import uuid4

import psycopg
import pytest

from tests.commands import CASES
from tests.commands.expectations import World

from .bulk import items, run
from .personas import id_of

pytestmark = pytest.mark.slow

NOWHERE = str(uuid4())


def hidden(db, world: World):
    """Return what exists and neither a customer nor another team may see.

    By the name of the argument; each beside one of the same form that does not exist.
    """
    note = db.note({"id": world.theirs})
    support, attic = str(id_of("support")), str(id_of("attic"))
    return {
        "ticket": [(world.theirs, "987654321"), (ticket_id(db, world), NOWHERE)],
        "queue": [("support", "nope"), ("attic", "nope"), (support, NOWHERE),
                  (attic, NOWHERE)],
        "person": [(str(id_of("admin")), NOWHERE), (str(id_of("agent")), NOWHERE)],
        "agent": [(str(id_of("agent")), NOWHERE), (str(id_of("customer")), NOWHERE)],
        "assignee": [(str(id_of("neighbour")), NOWHERE)],
        "view": [(world.view, NOWHERE), (world.team_view, NOWHERE)],
        "bulk_update": [(world.bulk_update, NOWHERE)],
        "webhook": [(world.webhook, NOWHERE)],
        "delivery": [(world.delivery, NOWHERE)],
        "event": [(world.event, NOWHERE)],
        "role": [("agent", "nope"), ("nothing", "nope")],
        "comment": [(str(note["position"]), "99"), (note["id"], NOWHERE)],
        "change": [({"queue": queue}, {"queue": "nope"}) for queue in (
            "support", "attic", "billing")] + [({"status": "open"}, {"status": "x1"})],
        "changes": [({"queue": queue}, {"queue": "nope"}) for queue in (
            "support", "attic", "billing")],
    }  # fmt: skip


def ticket_id(db, world):
    return db.scalar(
        "select id::text from public.tickets where number = %s", world.theirs
    )


def answer(db, who, call, arguments):
    """Return all that the caller learns, and leave nothing behind."""
    with db.connection.transaction(force_rollback=True):
        try:
            return ("ok", db.rows(who, call, **arguments))
        except psycopg.Error as refusal:
            diag = refusal.diag
            return (refusal.sqlstate, diag.message_primary, diag.message_detail)


def probes(db, world, case):
    """Yield arguments with something hidden, and the same with something unknown."""
    arguments = case.arguments(world)
    for name, pairs in hidden(db, world).items():
        if name in arguments:
            for there, nowhere in pairs:
                yield {**arguments, name: there}, {**arguments, name: nowhere}


# A known key of an open queue is enough for whoever opens a ticket.
ABOUT_SOMETHING = [name for name, case in CASES.items() if case.call != "create_ticket"]


@pytest.mark.parametrize("name", ABOUT_SOMETHING)
def test_customers_learn_of_nothing_that_they_may_not_see(db, world, name):
    for there, nowhere in probes(db, world, CASES[name]):
        expected = answer(db, "stranger", CASES[name].call, nowhere)

        assert answer(db, "stranger", CASES[name].call, there) == expected, there


STAFF_KNOWS = {"person", "agent", "assignee", "role", "change", "changes"}


@pytest.mark.parametrize("name", ABOUT_SOMETHING)
def test_staff_of_another_queue_learn_of_nothing_that_they_may_not_see(db, world, name):
    case = CASES[name]
    for there, nowhere in probes(db, world, case):
        [changed] = [key for key in there if there[key] != nowhere[key]]
        if changed not in STAFF_KNOWS:
            expected = answer(db, "biller", case.call, nowhere)
            assert answer(db, "biller", case.call, there) == expected, there


@pytest.mark.parametrize("queue", ["attic", str(id_of("attic"))])
def test_an_archived_queue_takes_tickets_like_one_that_does_not_exist(db, queue):
    draft = {"subject": "Help", "body": "B"}
    unknown = "nope" if queue == "attic" else NOWHERE

    refusals = [
        answer(db, "stranger", "create_ticket", {**draft, "queue": each})
        for each in (queue, unknown)
    ]

    assert refusals[0] == refusals[1]
    assert refusals[0][:2] == ("PT422", "unknown-queue")


@pytest.mark.parametrize("position", [True, False])
def test_a_note_is_redacted_like_one_that_does_not_exist(db, world, position):
    """For somebody who may redact, and may not read notes."""
    note = db.note({"id": world.theirs})
    there = str(note["position"]) if position else note["id"]
    nowhere = "99" if position else NOWHERE
    db.execute("delete from public.role_permissions where permission = 'tickets.note'")

    refusals = [
        answer(db, "lead", "redact_comment", {"ticket": world.theirs, "comment": each})
        for each in (there, nowhere)
    ]

    assert refusals[0] == refusals[1]


def test_bulk_updates_tell_hidden_tickets_and_unknown_ones_alike(db, world):
    job = run(db, [world.theirs, "987654321"], "biller", priority="low")

    first, second = items(db, job, "biller")

    different = {"ticket", "position"}
    assert {k: v for k, v in first.items() if k not in different} == {
        k: v for k, v in second.items() if k not in different
    }
