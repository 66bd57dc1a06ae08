"""Creating tickets, and what never changes about them."""

import pytest

from .acting import refused
from .arrange import revoke_permission
from .personas import PEOPLE, id_of

pytestmark = pytest.mark.slow


def test_new_tickets_have_the_requested_fields_and_defaults(db):
    ticket = db.create_ticket(subject="Help", body="It is broken.")

    fields = {name: ticket[name] for name in (
        "status", "status_category", "status_reason", "type", "priority", "queue_id",
        "requester_id", "organization_id", "assignee_id", "follow_up_of", "tags",
        "data", "waiting_on", "version", "solved_at", "closed_at",
    )}  # fmt: skip
    assert fields == {
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


def test_the_request_is_the_first_comment_without_its_own_event(db):
    ticket = db.create_ticket(body="It is broken.")

    [comment] = db.items("customer", "list_comments", ticket=ticket["id"])
    assert (comment["body"], comment["position"]) == ("It is broken.", 1)
    assert comment["author_id"] == str(id_of("customer"))
    assert db.event_types(ticket) == ["TICKET_CREATED"]


def test_ticket_numbers_are_ascending(db):
    first, second = db.create_ticket(), db.create_ticket("stranger")

    assert second["number"] == first["number"] + 1 > 1000


STAFF = {"agent", "neighbour", "lead", "admin"}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("requester", [str(id_of("stranger")), "Stranger@Example.com"])
def test_staff_of_the_queue_open_tickets_for_others(db, who, requester):
    def open_it():
        return db.create_ticket(who, queue="support", requester=requester)

    if who in STAFF or (who == "stranger" and "@" not in requester):
        ticket = open_it()
        assert ticket["requester_id"] == str(id_of("stranger"))
        assert ticket["requester"]["name"] == "Stranger"
        shown = db.call("stranger", "get_ticket", ticket=ticket["id"])
        assert shown["waiting_on"] == "agent"
        [event] = db.items("stranger", "list_ticket_events", ticket=ticket["id"])
        assert event["actor_id"] == str(id_of(who))
    else:
        with refused("PT403", "denied"):
            open_it()


def test_a_ticket_for_an_unknown_address_enters_a_customer_without_an_account(db):
    ticket = db.create_ticket("agent", queue="support", requester="Ana@New.example")
    again = db.create_ticket("agent", queue="support", requester="ana@new.example")

    [(name, address)] = db.execute(
        "select name, email from public.people where id = %s", ticket["requester_id"]
    )
    assert (name, address) == ("ana", "ana@new.example")
    assert again["requester_id"] == ticket["requester_id"]
    assert db.scalar(
        "select private.has_account(%s) or private.can_sign_in(%s)",
        ticket["requester_id"],
        ticket["requester_id"],
    ) is False  # fmt: skip


def test_a_ticket_is_opened_for_nobody_unknown_deactivated_or_merged(db):
    for wrong in ("nobody", "", str(id_of("unknown"))):
        with refused("PT422"):
            db.create_ticket("agent", queue="support", requester=wrong)
    db.execute(
        "update public.people set deactivated_at = now() where id = %s",
        id_of("stranger"),
    )
    with refused("PT422", "not-eligible"):
        db.create_ticket("agent", queue="support", requester=str(id_of("stranger")))


@pytest.mark.parametrize("queue", ["billing", str(id_of("billing"))])
def test_a_queue_is_chosen_by_key_or_id(db, queue):
    assert db.create_ticket(queue=queue)["queue_id"] == str(id_of("billing"))


@pytest.mark.parametrize("queue", ["attic", str(id_of("attic")), "nope", "", "Billing"])
def test_a_queue_that_takes_no_tickets_is_refused(db, queue):
    with refused("PT422", "unknown-queue"):
        db.create_ticket(queue=queue)


def test_without_a_default_queue_a_queue_is_required(db):
    db.execute("update public.queues set is_default = false")

    with refused("PT422", "unknown-queue"):
        db.create_ticket()


def test_there_is_one_default_queue(db):
    with refused("23505"):
        db.execute("update public.queues set is_default = true")


@pytest.mark.parametrize(
    ("requested", "body", "priority"),
    [(None, "It.", "normal"), (None, "An outage", "high"), ("low", "An outage", "low")],
)
def test_requested_priority_overrides_triage(db, requested, body, priority):
    ticket = db.create_ticket(priority=requested, body=body)

    assert ticket["priority"] == priority


def test_creating_tickets_needs_the_permission(db):
    revoke_permission(db, "tickets.create")

    with refused("PT403", "denied"):
        db.create_ticket()


@pytest.mark.parametrize(
    "change",
    [
        "id = extensions.uuid_generate_v4()",
        "created_at = created_at - interval '1 day'",
    ],
)
def test_the_identity_of_a_ticket_is_fixed_for_any_writer(db, change):
    ticket = db.create_ticket()

    with refused("PT409", "ticket-identity"):
        db.execute(f"update public.tickets set {change} where id = %s", ticket["id"])  # noqa: S608
    with refused("PT409", "ticket-identity"):
        db.execute(
            "update public.tickets set requester_id = %s where id = %s",
            id_of("stranger"),
            ticket["id"],
        )


def test_ticket_numbers_cannot_be_chosen(db):
    with refused("428C9"):
        db.execute("update public.tickets set number = 1")
    with refused("428C9"):
        db.execute(
            "insert into public.tickets (number, subject, queue_id, requester_id)"
            " values (7, 'Help', %s, %s)",
            id_of("support"),
            id_of("customer"),
        )


def test_each_change_increments_the_version(db):
    ticket = db.create_ticket()

    db.assign(ticket, "agent")
    db.execute("update public.tickets set version = 99, priority = 'low'")
    moved = db.set_status(ticket, "pending")

    assert moved["version"] == 4


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("update_ticket_status", {"status": "open"}),
        ("assign_ticket", {"assignee": "me"}),
        ("release_ticket", {}),
    ],
)
def test_changes_with_a_stale_version_are_refused(db, function, arguments):
    ticket = db.create_ticket_in("pending")

    with refused("PT412", "stale"):
        db.call(
            "agent",
            function,
            ticket=ticket["id"],
            expected_version=ticket["version"] - 1,
            **arguments,
        )

    now = db.call(
        "agent",
        function,
        ticket=ticket["id"],
        expected_version=ticket["version"],
        **arguments,
    )
    assert now["version"] >= ticket["version"]


def test_stale_changes_of_hidden_tickets_are_not_found(db):
    ticket = db.create_ticket()

    with refused("PT404"):
        db.set_status(ticket, "open", "stranger", expected_version=99)


def test_requesters_with_tickets_cannot_be_deleted(db):
    db.create_ticket()

    with refused("23503"):
        db.execute("delete from public.people where id = %s", id_of("customer"))
