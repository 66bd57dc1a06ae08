"""A ticket as it is opened, and what never changes about it."""

import pytest

from .cast import id_of
from .desk import refused

pytestmark = pytest.mark.slow


def test_a_ticket_opens_with_what_was_asked_and_sensible_rest(desk):
    ticket = desk.ticket(subject="Help", body="It is broken.")

    told = {name: ticket[name] for name in (
        "status", "status_category", "status_reason", "type", "priority", "queue_id",
        "requester_id", "organization_id", "assignee_id", "follow_up_of", "tags",
        "data", "waiting_on", "version", "solved_at", "closed_at",
    )}  # fmt: skip
    assert told == {
        "status": "new",
        "status_category": "new",
        "status_reason": None,
        "type": "question",
        "priority": "normal",
        "queue_id": str(id_of("support")),
        "requester_id": str(id_of("customer")),
        "organization_id": str(id_of("Sharing")),
        "assignee_id": None,
        "follow_up_of": None,
        "tags": [],
        "data": {},
        "waiting_on": "agent",
        "version": 1,
        "solved_at": None,
        "closed_at": None,
    }
    assert ticket["created_at"] == ticket["updated_at"] == ticket["waiting_since"]


def test_what_was_asked_is_the_first_comment_and_no_event_of_its_own(desk):
    ticket = desk.ticket(body="It is broken.")

    [comment] = desk.rows("customer", "list_comments", ticket=ticket["id"])
    assert (comment["body"], comment["position"]) == ("It is broken.", 1)
    assert comment["author_id"] == str(id_of("customer"))
    assert desk.story(ticket) == ["TICKET_CREATED"]


def test_numbers_grow(desk):
    first, second = desk.ticket(), desk.ticket("stranger")

    assert second["number"] == first["number"] + 1 > 1000


@pytest.mark.parametrize("queue", ["billing", str(id_of("billing"))])
def test_a_queue_is_chosen_by_key_or_id(desk, queue):
    assert desk.ticket(queue=queue)["queue_id"] == str(id_of("billing"))


@pytest.mark.parametrize("queue", ["attic", str(id_of("attic")), "nope", "", "Billing"])
def test_a_queue_that_takes_no_tickets_is_refused(desk, queue):
    with refused("PT422", "unknown-queue"):
        desk.ticket(queue=queue)


def test_without_a_default_queue_one_must_be_named(desk):
    desk.run("update public.queues set is_default = false")

    with refused("PT422", "unknown-queue"):
        desk.ticket()


def test_there_is_one_default_queue(desk):
    with refused("23505"):
        desk.run("update public.queues set is_default = true")


@pytest.mark.parametrize(
    ("asked", "triaged", "priority"),
    [(None, None, "normal"), (None, "urgent", "urgent"), ("low", "urgent", "low")],
)
def test_what_was_asked_for_wins_over_triage(desk, asked, triaged, priority):
    ticket = desk.ticket(priority=asked, triaged_priority=triaged)

    assert ticket["priority"] == priority


def test_one_who_may_not_open_tickets_opens_none(desk):
    desk.run("delete from public.role_permissions where permission = 'tickets.create'")

    with refused("PT403", "denied"):
        desk.ticket()


@pytest.mark.parametrize(
    "change",
    [
        "id = extensions.uuid_generate_v4()",
        "created_at = created_at - interval '1 day'",
    ],
)
def test_the_identity_of_a_ticket_stays_whoever_writes(desk, change):
    ticket = desk.ticket()

    with refused("PT409", "ticket-identity"):
        desk.run(f"update public.tickets set {change} where id = %s", ticket["id"])  # noqa: S608
    with refused("PT409", "ticket-identity"):
        desk.run(
            "update public.tickets set requester_id = %s where id = %s",
            id_of("stranger"),
            ticket["id"],
        )


def test_nobody_chooses_a_number(desk):
    with refused("428C9"):
        desk.run("update public.tickets set number = 1")
    with refused("428C9"):
        desk.run(
            "insert into public.tickets (number, subject, queue_id, requester_id)"
            " values (7, 'Help', %s, %s)",
            id_of("support"),
            id_of("customer"),
        )


def test_the_version_grows_by_one_with_each_change_whatever_is_written(desk):
    ticket = desk.ticket()

    desk.assign(ticket, "agent")
    desk.run("update public.tickets set version = 99, priority = 'low'")
    moved = desk.move(ticket, "open")

    assert moved["version"] == 4


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("update_ticket_status", {"status": "open"}),
        ("assign_ticket", {"assignee": "me"}),
        ("release_ticket", {}),
    ],
)
def test_a_change_of_what_was_not_read_is_refused(desk, function, arguments):
    ticket = desk.ticket_in("pending")

    with refused("PT412", "stale"):
        desk.call(
            "agent",
            function,
            ticket=ticket["id"],
            expected_version=ticket["version"] - 1,
            **arguments,
        )

    now = desk.call(
        "agent",
        function,
        ticket=ticket["id"],
        expected_version=ticket["version"],
        **arguments,
    )
    assert now["version"] >= ticket["version"]


def test_a_stale_change_of_a_ticket_not_seen_says_nothing_of_it(desk):
    ticket = desk.ticket()

    with refused("PT404"):
        desk.call(
            "stranger",
            "update_ticket_status",
            ticket=ticket["id"],
            status="open",
            expected_version=99,
        )


def test_who_is_deleted_takes_no_ticket_along(desk):
    desk.ticket()

    with refused("23503"):
        desk.run("delete from auth.users where id = %s", id_of("customer"))
