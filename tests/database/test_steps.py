"""From status to status: allowed steps are rows, and hold whoever writes."""

import itertools

import pytest

from shared.core.types import StatusCategory, TicketType

from .cast import id_of
from .desk import WORKER, refused

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
PAIRS.remove(("solved", "closed"))  # takes time: see the clock below


def allowed(kind):
    return {tuple(s.split(">")) for s in (EVERY_TYPE + BESIDES[kind]).split()}


def put(desk, ticket, category):
    """Change the status by a plain update, as an operator might."""
    desk.run(
        "update public.tickets set status = %s where id = %s", category, ticket["id"]
    )


@pytest.mark.parametrize("kind", [str(each) for each in TicketType])
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_step_is_taken_if_its_type_allows_it(desk, kind, before, after):
    ticket = desk.ticket_in(before, type=kind)
    desk.run(
        "update public.tickets set assignee_id = %s where status_category <> 'closed'",
        id_of("agent"),
    )

    if (before, after) in allowed(kind):
        assert desk.move(ticket, after)["status_category"] == after
    else:
        with refused("PT409"):
            desk.move(ticket, after)
        with refused("PT409"):
            put(desk, ticket, after)
        assert desk.now(ticket)["status_category"] == before


def test_the_rows_are_the_steps_we_say(desk):
    rows = desk.run(
        "select type::text, before::text, after::text from public.ticket_transitions"
    )

    assert set(rows) == {(kind, *step) for kind in BESIDES for step in allowed(kind)}


def test_a_refusal_says_where_the_ticket_may_go(desk):
    ticket = desk.ticket(type="problem")

    with pytest.raises(Exception, match="step-not-allowed") as refusal:
        desk.move(ticket, "pending")

    said = refusal.value.diag.message_detail
    assert (
        said == "A problem cannot go from new to pending. It may go to: open, on_hold."
    )


@pytest.mark.parametrize("category", [c for c in StatusCategory if c != "new"])
def test_nothing_comes_back_to_new_even_if_a_row_allowed_it(desk, category):
    steps = desk.run(
        "select count(*) from public.ticket_transitions where after = 'new'"
    )

    assert steps.fetchone() == (0,)
    with refused("PT409"):
        desk.move(desk.ticket_in(category), "new")


@pytest.mark.parametrize("status", ["open", "solved", "closed", "nope", None])
def test_a_ticket_begins_as_new_whoever_writes(desk, status):
    with refused("PT409", "step-not-allowed"):
        desk.run(
            "insert into public.tickets (status, subject, queue_id, requester_id)"
            " values (%s, 'Help', %s, %s)",
            status,
            id_of("support"),
            id_of("customer"),
        )


@pytest.mark.parametrize("status", ["nope", None])
def test_a_plain_update_to_no_status_is_refused(desk, status):
    with refused("PT409", "step-not-allowed"):
        put(desk, desk.ticket(), status)


def test_the_category_follows_the_status_whatever_is_written(desk):
    ticket = desk.ticket_in("open")

    desk.run(
        "update public.tickets set status = 'pending', status_category = 'closed'"
        " where id = %s",
        ticket["id"],
    )
    desk.run(
        "update public.tickets set status_category = 'new' where id = %s", ticket["id"]
    )

    assert desk.now(ticket)["status_category"] == "pending"


def test_a_status_of_ones_own_behaves_as_its_category(desk):
    desk.run(
        "insert into public.ticket_statuses values"
        " ('with_supplier', 'on_hold', 'With supplier', 'In progress', 10)"
    )
    ticket = desk.ticket_in("on_hold")

    moved = desk.move(ticket, "with_supplier", "agent")

    assert (moved["status_category"], moved["waiting_on"]) == ("on_hold", "third_party")
    assert moved["waiting_since"] == ticket["waiting_since"]
    assert desk.story(ticket)[-1] == "TICKET_STATUS_CHANGED"
    with refused("PT409"):
        desk.move(moved, "new")


def test_a_status_keeps_its_category(desk):
    with refused("PT409", "category-fixed"):
        desk.run(
            "update public.ticket_statuses set category = 'closed'"
            " where status = 'open'"
        )


def test_the_same_status_again_is_no_change(desk):
    ticket = desk.ticket_in("pending")

    again = desk.call(
        "agent",
        "update_ticket_status",
        ticket=ticket["id"],
        status="pending",
        reason="Again.",
    )

    assert again == ticket == desk.now(ticket)


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
def test_whose_move_it_is_follows_the_category(desk, category, waiting_on):
    ticket = desk.ticket_in(category)

    assert ticket["waiting_on"] == waiting_on
    assert (ticket["solved_at"] is not None) == (category in ("solved", "closed"))
    assert (ticket["closed_at"] is not None) == (category == "closed")


@pytest.mark.parametrize("after", ["open", "on_hold"])
def test_what_is_reopened_is_no_longer_solved(desk, after):
    ticket = desk.ticket_in("solved", type="problem")

    assert desk.move(ticket, after)["solved_at"] is None


def test_a_reason_is_told_with_the_status_and_goes_with_it(desk):
    ticket = desk.ticket_in("open")

    held = desk.call(
        "agent",
        "update_ticket_status",
        ticket=ticket["id"],
        status="on_hold",
        reason="The supplier is asked.",
    )
    freed = desk.move(ticket, "open")

    assert held["status_reason"] == "The supplier is asked."
    assert freed["status_reason"] is None


@pytest.mark.parametrize("kind", ["question", "task"])
def test_what_is_solved_needs_somebody_who_did_it(desk, kind):
    ticket = desk.ticket(type=kind)

    with refused("PT409", "solved-needs-assignee"):
        desk.move(ticket, "solved")
    with refused("PT409", "solved-needs-assignee"):
        put(desk, ticket, "solved")


def test_what_is_solved_keeps_somebody_whoever_writes(desk):
    ticket = desk.ticket_in("solved")

    with refused("PT409", "solved-needs-assignee"):
        desk.call("agent", "release_ticket", ticket=ticket["id"])
    with refused("23514"):
        desk.run(
            "update public.tickets set assignee_id = null where id = %s", ticket["id"]
        )


# The clock ------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "lead", "admin"])
@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold", "solved"])
def test_nobody_closes_by_hand(desk, who, category):
    ticket = desk.ticket_in(category)

    with refused("PT409", "closed-by-time"):
        desk.move(ticket, "closed", who)
    with refused("PT409"):
        put(desk, ticket, "closed")


def test_the_clock_closes_what_is_due_and_nothing_else(desk):
    due, early, reopened = (desk.ticket_in("solved") for _ in range(3))
    desk.move(reopened, "open")
    back = "update public.tickets set solved_at = now() - %s::interval where id = %s"
    desk.run(back, "4 days", due["id"])
    desk.run(back, "3 days 23:59:59", early["id"])

    closed = desk.call(WORKER, "close_solved_tickets")

    assert closed == 1
    assert [desk.now(t)["status"] for t in (due, early, reopened)] == [
        "closed", "solved", "open",
    ]  # fmt: skip
    assert desk.now(due)["closed_at"] is not None
    assert desk.call(WORKER, "close_solved_tickets") == 0


def test_the_clock_closes_the_oldest_first_and_no_more_than_asked(desk):
    tickets = [desk.ticket_in("solved") for _ in range(3)]
    for days, ticket in zip((5, 7, 6), tickets, strict=True):
        desk.run(
            "update public.tickets set solved_at = now() - %s * interval '1 day'"
            " where id = %s",
            days,
            ticket["id"],
        )

    assert desk.call(WORKER, "close_solved_tickets", max_items=2) == 2

    now = [desk.now(ticket)["status"] for ticket in tickets]
    assert now == ["solved", "closed", "closed"]


@pytest.mark.parametrize("setting", ["59 minutes", "28 days 1 minute", "-1 day", None])
def test_the_time_until_closing_has_bounds(desk, setting):
    with refused("23502" if setting is None else "23514"):
        desk.run("update private.settings set solved_closes_after = %s", setting)


def test_the_time_until_closing_is_a_setting(desk):
    ticket = desk.ticket_in("solved")
    desk.run("update private.settings set solved_closes_after = '1 hour'")
    desk.run("update public.tickets set solved_at = now() - interval '1 hour'")

    desk.call(WORKER, "close_solved_tickets")

    assert desk.now(ticket)["status"] == "closed"


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
def test_what_is_closed_does_not_change_whoever_writes(desk, change):
    ticket = desk.ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        desk.run(f"update public.tickets set {change} where id = %s", ticket["id"])  # noqa: S608

    assert desk.now(ticket) == ticket


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
def test_what_is_closed_answers_every_command_of_staff_with_that(
    desk, function, arguments
):
    ticket = desk.ticket_in("closed")

    with refused("PT409", "ticket-closed"):
        desk.call("admin", function, ticket=ticket["id"], **arguments)
