"""Assigning, reassigning and releasing tickets by hand."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .acting import refused
from .arrange import revoke_role
from .personas import grant, id_of

pytestmark = pytest.mark.slow


def assign(db, who, ticket, person):
    assignee = person if person == "me" else str(id_of(person))
    return db.call(who, "assign_ticket", ticket=ticket["id"], assignee=assignee)


def release(db, who, ticket):
    return db.call(who, "release_ticket", ticket=ticket["id"])


def assignee_id(db, ticket):
    return db.reload(ticket)["assignee_id"]


def test_agents_assign_free_tickets_to_themselves(db):
    ticket = db.create_ticket()

    taken = assign(db, "agent", ticket, "me")

    assert (taken["assignee_id"], taken["status"]) == (str(id_of("agent")), "open")
    [*_, event] = db.events(ticket)
    assert event["before"] == {"assignee_id": None, "assignee_name": None}
    agent = {"assignee_id": str(id_of("agent")), "assignee_name": "Agent"}
    assert event["after"] == agent | {"by": None}
    assert event["actor_id"] == str(id_of("agent"))


@pytest.mark.parametrize(
    ("assigner", "releaser"), [("agent", "neighbour"), ("lead", "lead")]
)
def test_assignees_and_leads_reassign_and_release(db, assigner, releaser):
    ticket = db.create_ticket()
    assign(db, "agent", ticket, "me")

    assign(db, assigner, ticket, "neighbour")
    reassigned = assignee_id(db, ticket)
    release(db, releaser, ticket)

    assert reassigned == str(id_of("neighbour"))
    assert assignee_id(db, ticket) is None


def test_agents_do_not_reassign_tickets_of_others(db):
    ticket = db.create_ticket()
    assign(db, "agent", ticket, "me")

    with refused("PT403", "denied"):
        assign(db, "neighbour", ticket, "lead")
    with refused("PT403", "denied"):
        release(db, "neighbour", ticket)


@pytest.mark.parametrize("category", ["open", "pending", "on_hold", "solved"])
def test_taking_what_another_has_taken_names_them(db, category):
    ticket = db.create_ticket_in(category)

    with pytest.raises(psycopg.Error, match="already-taken") as refusal:
        assign(db, "neighbour", ticket, "me")

    assert refusal.value.sqlstate == "PT409"
    assert refusal.value.diag.message_detail == "Agent has taken this ticket already."
    assert assign(db, "lead", ticket, "me")["assignee_id"] == str(id_of("lead"))


@pytest.mark.parametrize(
    ("who", "category"),
    [("customer", "open"), ("colleague", "open"), ("neighbour", "closed")],
)
def test_who_could_not_take_it_anyhow_is_denied(db, who, category):
    with refused("PT403", "denied"):
        assign(db, who, db.create_ticket_in(category), "me")


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_unsolved_tickets_can_be_released(db, category):
    ticket = db.create_ticket_in(category)
    if category == "new":
        db.assign(ticket, "agent")

    release(db, "agent", ticket)

    assert assignee_id(db, ticket) is None


def test_repeated_assignments_and_releases_change_nothing(db):
    ticket = db.create_ticket()
    assign(db, "agent", ticket, "me")
    assign(db, "agent", ticket, "neighbour")
    handed = db.reload(ticket)

    assert assign(db, "agent", ticket, "neighbour") == handed
    release(db, "neighbour", ticket)
    freed = db.reload(ticket)
    assert release(db, "neighbour", ticket) == freed
    assert db.event_types(ticket).count("TICKET_ASSIGNED") == 3


def test_customers_release_nothing_not_even_free_tickets(db):
    ticket = db.create_ticket()

    with refused("PT403", "denied"):
        release(db, "customer", ticket)


@pytest.mark.parametrize("person", ["customer", "stranger", "biller", "nobody"])
def test_people_outside_the_queue_are_not_eligible(db, person):
    with refused("PT422", "not-eligible"):
        assign(db, "admin", db.create_ticket(), person)


def test_admins_can_be_assigned_tickets_of_any_queue(db):
    ticket = db.create_ticket(queue="billing")

    assert assign(db, "admin", ticket, "me")["assignee_id"] == str(id_of("admin"))


def test_members_without_an_agent_role_are_not_eligible(db):
    revoke_role(db, "neighbour")

    with refused("PT422", "not-eligible"):
        assign(db, "lead", db.create_ticket(), "neighbour")


def test_leads_of_other_queues_assign_nothing(db):
    grant(db.connection, "biller", "lead")

    with refused("PT404"):
        assign(db, "biller", db.create_ticket(), "me")


def test_staff_assign_nothing_they_see_as_a_colleague_only(db):
    grant(db.connection, "colleague", "lead")

    with refused("PT403", "denied"):
        assign(db, "colleague", db.create_ticket(), "agent")
    with refused("PT403", "denied"):
        db.set_status(db.create_ticket(), "open", "colleague")


def test_of_many_with_the_same_version_one_gets_the_ticket(connect):
    ticket = connect().create_ticket()
    connections = [connect() for _ in range(8)]

    def try_to_claim(db, who):
        try:
            db.call(
                who,
                "assign_ticket",
                ticket=ticket["id"],
                assignee="me",
                expected_version=ticket["version"],
            )
        except psycopg.Error as refusal:
            return refusal.sqlstate
        return "ok"

    with ThreadPoolExecutor(len(connections)) as pool:
        results = list(pool.map(try_to_claim, connections, ["agent", "neighbour"] * 4))

    assert sorted(results) == ["PT412"] * 7 + ["ok"]
    assert connections[0].event_types(ticket).count("TICKET_ASSIGNED") == 1


def test_of_two_concurrent_assignments_one_is_refused(connect):
    first, second, watch = connect(), connect(), connect()
    ticket = first.create_ticket()

    with first.blocking(assign, second, "neighbour", ticket, "me") as late:
        assign(first, "agent", ticket, "me")
    with refused("PT409", "already-taken"):
        late.result(30)

    assert assignee_id(watch, ticket) == str(id_of("agent"))
