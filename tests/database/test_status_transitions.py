"""Status transitions: rows of a table, enforced for any writer."""

import itertools

import pytest

from shared.core.types import StatusCategory, TicketType

from .acting import WORKER, refused
from .personas import id_of

pytestmark = pytest.mark.slow

EVERY_TYPE = """
new>open open>pending open>on_hold open>solved pending>open pending>on_hold
pending>solved on_hold>open on_hold>pending on_hold>solved solved>open solved>closed
"""
BESIDES = {
    "question": "new>pending new>solved",
    "incident": "",
    "problem": "new>on_hold solved>on_hold",
    "task": "new>on_hold new>solved",
}
PAIRS = list(itertools.permutations([str(each) for each in StatusCategory], 2))
PAIRS.remove(("solved", "closed"))  # takes time: see the scheduler below


def allowed(kind):
    return {tuple(s.split(">")) for s in (EVERY_TYPE + BESIDES[kind]).split()}


def update_status(db, ticket, category):
    """Change the status by a plain update, as an operator might."""
    db.execute(
        "update public.tickets set status = %s where id = %s", category, ticket["id"]
    )


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_transitions_are_allowed_as_the_type_lists_them(db, kind, before, after):
    ticket = db.create_ticket_in(before, type=kind)
    db.execute(
        "update public.tickets set assignee_id = %s where status_category <> 'closed'",
        id_of("agent"),
    )

    if (before, after) in allowed(kind):
        assert db.set_status(ticket, after)["status_category"] == after
    else:
        with refused("PT409"):
            db.set_status(ticket, after)
        with refused("PT409"):
            update_status(db, ticket, after)
        assert db.reload(ticket)["status_category"] == before


def test_the_transition_table_equals_the_listed_transitions(db):
    rows = db.execute(
        "select type::text, before::text, after::text from public.ticket_transitions"
    )

    assert set(rows) == {(kind, *step) for kind in BESIDES for step in allowed(kind)}


def test_refusals_list_the_allowed_statuses(db):
    ticket = db.create_ticket(type="problem")

    with pytest.raises(Exception, match="step-not-allowed") as refusal:
        db.set_status(ticket, "pending")

    detail = refusal.value.diag.message_detail
    assert (
        detail
        == "A problem cannot go from new to pending. It may go to: open, on_hold."
    )


@pytest.mark.parametrize("category", [c for c in StatusCategory if c != "new"])
def test_no_ticket_returns_to_new(db, category):
    steps = db.execute(
        "select count(*) from public.ticket_transitions where after = 'new'"
    )

    assert steps.fetchone() == (0,)
    with refused("PT409"):
        db.set_status(db.create_ticket_in(category), "new")


@pytest.mark.parametrize("status", ["open", "solved", "closed", "nope", None])
def test_tickets_start_as_new_from_any_writer(db, status):
    with refused("PT409", "step-not-allowed"):
        db.execute(
            "insert into public.tickets (status, subject, queue_id, requester_id)"
            " values (%s, 'Help', %s, %s)",
            status,
            id_of("support"),
            id_of("customer"),
        )


@pytest.mark.parametrize("status", ["nope", None])
def test_updates_to_unknown_statuses_are_refused(db, status):
    with refused("PT409", "step-not-allowed"):
        update_status(db, db.create_ticket(), status)


def test_the_category_always_follows_the_status(db):
    ticket = db.create_ticket_in("open")

    db.execute(
        "update public.tickets set status = 'pending', status_category = 'closed'"
        " where id = %s",
        ticket["id"],
    )
    db.execute(
        "update public.tickets set status_category = 'new' where id = %s", ticket["id"]
    )

    assert db.reload(ticket)["status_category"] == "pending"


def test_custom_statuses_behave_as_their_category(db):
    db.execute(
        "insert into public.ticket_statuses values"
        " ('with_supplier', 'on_hold', 'With supplier', 'In progress', 10)"
    )
    ticket = db.create_ticket_in("on_hold")

    moved = db.set_status(ticket, "with_supplier", "agent")

    assert (moved["status_category"], moved["waiting_on"]) == ("on_hold", "third_party")
    assert moved["waiting_since"] == ticket["waiting_since"]
    assert db.event_types(ticket)[-1] == "TICKET_STATUS_CHANGED"
    with refused("PT409"):
        db.set_status(moved, "new")


def test_the_category_of_a_status_is_fixed(db):
    with refused("PT409", "category-fixed"):
        db.execute(
            "update public.ticket_statuses set category = 'closed'"
            " where status = 'open'"
        )


def test_the_same_status_again_is_no_change(db):
    ticket = db.create_ticket_in("pending")

    again = db.set_status(ticket, "pending", "agent", reason="Again.")

    assert again == ticket == db.reload(ticket)


@pytest.mark.parametrize(
    ("category", "waiting_on"),
    [
        ("new", "agent"),
        ("open", "agent"),
        ("pending", "customer"),
        ("on_hold", "third_party"),
        ("solved", "nobody"),
        ("closed", "nobody"),
    ],
)
def test_the_category_sets_whom_the_ticket_waits_for(db, category, waiting_on):
    ticket = db.create_ticket_in(category)

    assert ticket["waiting_on"] == waiting_on
    assert (ticket["solved_at"] is not None) == (category in ("solved", "closed"))
    assert (ticket["closed_at"] is not None) == (category == "closed")


@pytest.mark.parametrize("after", ["open", "on_hold"])
def test_reopening_clears_solved_at(db, after):
    ticket = db.create_ticket_in("solved", type="problem")

    assert db.set_status(ticket, after)["solved_at"] is None


def test_reasons_are_stored_until_the_next_status(db):
    ticket = db.create_ticket_in("open")

    held = db.set_status(ticket, "on_hold", "agent", reason="Waiting for the supplier.")
    freed = db.set_status(ticket, "open")

    assert held["status_reason"] == "Waiting for the supplier."
    assert freed["status_reason"] is None


@pytest.mark.parametrize("kind", ["question", "task"])
def test_solving_requires_an_assignee(db, kind):
    ticket = db.create_ticket(type=kind)

    with refused("PT409", "solved-needs-assignee"):
        db.set_status(ticket, "solved")
    with refused("PT409", "solved-needs-assignee"):
        update_status(db, ticket, "solved")


def test_solved_tickets_keep_an_assignee(db):
    ticket = db.create_ticket_in("solved")

    with refused("PT409", "solved-needs-assignee"):
        db.release(ticket, "agent")
    with refused("23514"):
        db.execute(
            "update public.tickets set assignee_id = null where id = %s", ticket["id"]
        )


# The scheduler ---------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "lead", "admin"])
@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
def test_nobody_closes_tickets_manually(db, who, category):
    ticket = db.create_ticket_in(category)

    with refused("PT409", "closed-by-time"):
        db.set_status(ticket, "closed", who)
    with refused("PT409"):
        update_status(db, ticket, "closed")


def test_the_scheduler_closes_due_tickets_only(db):
    due, early, reopened = (db.create_ticket_in("solved") for _ in range(3))
    db.set_status(reopened, "open")
    back = "update public.tickets set solved_at = now() - %s::interval where id = %s"
    db.execute(back, "4 days", due["id"])
    db.execute(back, "3 days 23:59:59", early["id"])

    closed = db.call(WORKER, "close_solved_tickets")

    assert closed == 1
    assert [db.reload(t)["status"] for t in (due, early, reopened)] == [
        "closed", "solved", "open",
    ]  # fmt: skip
    assert db.reload(due)["closed_at"] is not None
    assert db.call(WORKER, "close_solved_tickets") == 0


def test_the_scheduler_closes_the_oldest_first_up_to_the_batch_size(db):
    tickets = [db.create_ticket_in("solved") for _ in range(3)]
    for days, ticket in zip((5, 7, 6), tickets, strict=True):
        db.execute(
            "update public.tickets set solved_at = now() - %s * interval '1 day'"
            " where id = %s",
            days,
            ticket["id"],
        )

    assert db.call(WORKER, "close_solved_tickets", max_items=2) == 2

    now = [db.reload(ticket)["status"] for ticket in tickets]
    assert now == ["solved", "closed", "closed"]


@pytest.mark.parametrize("setting", ["59 minutes", "28 days 1 minute", "-1 day", None])
def test_the_time_until_closing_has_bounds(db, setting):
    with refused("23502" if setting is None else "23514"):
        db.execute("update private.settings set solved_closes_after = %s", setting)


def test_the_time_until_closing_is_a_setting(db):
    ticket = db.create_ticket_in("solved")
    db.execute("update private.settings set solved_closes_after = '1 hour'")
    db.execute("update public.tickets set solved_at = now() - interval '1 hour'")

    db.call(WORKER, "close_solved_tickets")

    assert db.reload(ticket)["status"] == "closed"


@pytest.mark.parametrize(
    "change",
    [
        "subject = 'Other'",
        "status = 'open'",
        "status = 'new'",
        "closed_at = null",
        "assignee_id = null",
        "tags = '{more}'",
        "data = '{}'",
        "version = 1",
    ],
)
def test_closed_tickets_do_not_change_from_any_writer(db, change):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        db.execute(f"update public.tickets set {change} where id = %s", ticket["id"])  # noqa: S608

    assert db.reload(ticket) == ticket


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("update_ticket_status", {"status": "open"}),
        ("assign_ticket", {"assignee": "me"}),
        ("release_ticket", {}),
        ("add_comment", {"body": "So."}),
        ("add_comment", {"body": "So.", "visibility": "internal"}),
    ],
)
def test_closed_tickets_refuse_every_staff_command(db, function, arguments):
    ticket = db.create_ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        db.call("admin", function, ticket=ticket["id"], **arguments)
