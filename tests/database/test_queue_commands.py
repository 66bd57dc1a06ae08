"""Queues: created by administrators, led by leads, hidden from others."""

import json

import psycopg
import pytest

from .acting import OWNER, Json, refused
from .assigning import assignee
from .personas import PEOPLE, grant, id_of, user_of

pytestmark = pytest.mark.slow
NOT_ADMINS = ["customer", "agent", "biller", "lead"]


def change_queue(db, who, queue="support", /, **changes):
    return db.call(who, "change_queue", queue=queue, changes=changes)


def add_member(db, who, person, queue="billing"):
    arguments = {"queue": queue, "person": str(id_of(person))}
    return db.call(who, "add_queue_member", **arguments)


def remove_member(db, who, person, queue="support"):
    arguments = {"queue": queue, "person": str(id_of(person))}
    return db.call(who, "remove_queue_member", **arguments)


def members(db, who, queue="support"):
    rows = db.rows(who, "list_queue_members", queue=queue)
    return [row["name"] for row in rows]


def test_a_new_queue_takes_tickets_at_once(db):
    made = db.call("admin", "create_queue", key="returns", name="Returns",
                   strategy="least_loaded", released_after_minutes=90)  # fmt: skip

    assert made["counts"]["new"] == 0
    assert (made["strategy"], made["released_after_minutes"]) == ("least_loaded", 90)
    assert db.create_ticket(queue="returns")["queue_id"] == made["id"]
    [listed] = [
        each for each in db.rows("admin", "list_queues") if each["key"] == "returns"
    ]
    assert listed["counts"]["new"] == 1
    assert listed.items() >= {"strategy": "least_loaded", "default_priority": None,
                              "released_after_minutes": 90}.items()  # fmt: skip
    assert db.call("admin", "get_queue", queue="returns") == listed


def test_queue_creation_is_idempotent(db):
    arguments = {"key": "returns", "name": "Returns", "idempotency_key": "k1"}
    first = db.call("admin", "create_queue", **arguments)

    assert db.call("admin", "create_queue", **arguments) == first
    with refused("PT422", "idempotency-key-reused"):
        db.call("admin", "create_queue", **{**arguments, "name": "Other"})


@pytest.mark.parametrize(
    ("given", "code", "slug"),
    [
        ({"key": "support"}, "PT409", "key-taken"),
        ({"key": "Bad Key"}, "23514", None),
        ({"name": ""}, "23514", None),
        ({"strategy": "by_height"}, "PT422", "unknown-strategy"),
        ({"released_after_minutes": 4}, "23514", None),
        ({"released_after_minutes": -600}, "23514", None),
        ({"released_after_minutes": 43201}, "23514", None),
        ({"description": "x" * 501}, "23514", None),
        ({"description": "two\nlines"}, "23514", None),
        ({"open_to_customers": None}, "23502", None),
    ],
    ids=str,
)
def test_invalid_queues_are_refused(db, given, code, slug):
    with refused(code, slug):
        db.call("admin", "create_queue", **{"key": "one", "name": "One", **given})


@pytest.mark.parametrize("who", NOT_ADMINS)
def test_only_administrators_create_rename_and_archive_queues(db, who):
    with refused("PT403", "denied"):
        db.call(who, "create_queue", key="mine", name="Mine")
    for changes in (
        {"name": "Mine"},
        {"archived": True},
        {"open_to_customers": False},
        {"description": "D"},
    ):
        with pytest.raises(Exception, match=r"denied|not-found"):
            change_queue(db, who, **changes)


def test_leads_set_the_assignment_of_their_queue(db):
    result = change_queue(db, "lead", strategy="round_robin", default_priority="high",
                          released_after_minutes=60)  # fmt: skip

    assert (result["strategy"], result["default_priority"]) == ("round_robin", "high")
    back = change_queue(db, "lead", default_priority=None, released_after_minutes=None)
    assert (back["default_priority"], back["released_after_minutes"]) == (None, None)
    assert back["strategy"] == "round_robin"


@pytest.mark.parametrize("who", ["agent", "biller", "customer"])
def test_queues_are_changed_by_their_leads_only(db, who):
    with pytest.raises(Exception, match=r"denied|not-found"):
        change_queue(db, who, strategy="round_robin")
    with pytest.raises(Exception, match=r"denied|not-found"):
        add_member(db, who, "agent", "support")
    with refused("PT404", "not-found"):
        change_queue(db, "lead", "billing", strategy="round_robin")


def test_leads_who_read_every_queue_change_their_own_only(db):
    db.execute(
        "insert into public.role_permissions values ('lead', 'tickets.read_all')"
    )

    with refused("PT403", "denied"):
        change_queue(db, "lead", "billing", strategy="round_robin")
    with refused("PT403", "denied"):
        add_member(db, "lead", "agent", "billing")


def test_queue_priority_overrides_triage_but_not_the_request(db):
    change_queue(db, "lead", default_priority="low")

    assert db.create_ticket(body="An outage")["priority"] == "low"
    assert db.create_ticket(priority="high")["priority"] == "high"
    change_queue(db, "lead", default_priority=None)
    assert db.create_ticket(body="An outage")["priority"] == "high"


def test_queues_are_archived_and_restored(db):
    archived = change_queue(db, "admin", "billing", archived=True)

    assert archived["archived_at"]
    assert change_queue(db, "admin", "billing", archived=True) == archived
    with refused("PT422", "unknown-queue"):
        db.create_ticket(queue="billing")
    for who, queues in (("admin", ["attic", "billing"]), ("biller", ["billing"])):
        listed = db.rows(who, "list_queues", archived=True)
        assert [each["key"] for each in listed] == queues
        assert archived in listed
        assert archived not in db.rows(who, "list_queues")
    assert db.call("biller", "get_queue", queue="billing") == archived
    back = change_queue(db, "admin", "billing", archived=False, name="Invoices")
    assert back["version"] == archived["version"] + 1
    assert (back["archived_at"], back["name"]) == (None, "Invoices")
    db.create_ticket(queue="billing")


def test_the_default_queue_is_not_archived(db):
    with refused("PT409", "default-queue"):
        change_queue(db, "admin", archived=True)


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_queues_with_unsolved_tickets_are_not_archived(db, category):
    db.create_ticket_in(category, held_by="biller", queue="billing")
    db.create_ticket_in(category, held_by="biller", queue="billing")

    with pytest.raises(psycopg.Error, match="queue-not-empty") as refusal:
        change_queue(db, "admin", "billing", archived=True)

    assert ": 2." in refusal.value.diag.message_detail


def test_queues_with_solved_tickets_only_are_archived(db):
    db.create_ticket_in("solved", held_by="biller", queue="billing")

    assert change_queue(db, "admin", "billing", archived=True)["archived_at"]


def test_archived_queues_accept_no_tickets_from_any_writer(db):
    ticket = db.create_ticket()

    with refused("PT422", "unknown-queue"):
        db.read(
            OWNER,
            "update public.tickets set queue_id = %s where id = %s returning 1",
            id_of("attic"),
            ticket["id"],
        )


def test_archiving_waits_for_uncommitted_tickets(connect):
    first, second = connect(), connect()

    with first.blocking(
        change_queue, second, "admin", "billing", archived=True
    ) as late:
        first.create_ticket(queue="billing")
    with refused("PT409", "queue-not-empty"):
        late.result(30)


def test_tickets_created_during_archiving_are_refused(connect):
    first, second = connect(), connect()

    with first.blocking(second.create_ticket, queue="billing") as late:
        change_queue(first, "admin", "billing", archived=True)
    with refused("PT422", "unknown-queue"):
        late.result(30)


@pytest.mark.parametrize(
    "changes", [["name"], ["archived"], ["strategy", "archived"], "archived", 7]
)
def test_changes_that_are_no_object_are_refused(db, changes):
    with refused("PT422", "invalid"), db.acting("admin") as connection:
        connection.execute(
            "select api.change_queue('billing', %s::jsonb)", [json.dumps(changes)]
        )


# Customers -------------------------------------------------------------------

CUSTOMERS, WORKERS = ("customer", "stranger"), ("agent", "biller", "admin")


@pytest.mark.parametrize("who", [*CUSTOMERS, *WORKERS])
def test_customers_open_no_tickets_in_a_closed_queue_and_staff_do(db, who):
    ticket = db.create_ticket_in("closed", held_by="biller", queue="billing")
    change_queue(db, "admin", "billing", open_to_customers=False)

    if who in CUSTOMERS:
        with refused("PT422", "queue-closed"):
            db.create_ticket(who, queue="billing")
    else:
        assert db.create_ticket(who, queue="billing")
    assert db.create_ticket(who)["queue"] == {"name": "Support"}
    # What stands there goes on, and who asked it knows no more than its id.
    [note] = [db.comment("customer", ticket, "Again.")]
    assert note["ticket_id"] != ticket["id"]
    seen = db.call("customer", "get_ticket", ticket=ticket["id"])
    assert (seen["queue_id"], seen["queue"]) == (str(id_of("billing")), None)
    seen = db.call("biller", "get_ticket", ticket=ticket["id"])
    assert seen["queue"] == {"name": "Billing"}


@pytest.mark.parametrize("who", [*CUSTOMERS, *WORKERS])
def test_a_queue_may_keep_customers_from_choosing_the_priority(db, who):
    change_queue(db, "lead", customers_set_priority=False)

    if who in CUSTOMERS:
        with refused("PT422", "priority-not-yours"):
            db.create_ticket(who, priority="urgent")
    else:
        assert db.create_ticket(who, priority="urgent")["priority"] == "urgent"
    assert db.create_ticket(who, body="An outage")["priority"] == "high"
    assert db.create_ticket(who, queue="billing", priority="low")["priority"] == "low"


def test_the_default_queue_stays_open(db):
    with refused("PT409", "default-queue"):
        change_queue(db, "admin", open_to_customers=False)
    with refused("23514"):
        db.execute("update public.queues set open_to_customers = false")


# Whom tickets can be assigned to ----------------------------------------------


def assignable(db, who="agent", queue="support", **page):
    page = {"page_size": 2, **page}
    return db.call(who, "list_assignable", queue=queue, **page)


def test_those_are_listed_to_whom_a_ticket_can_be_assigned(db):
    for who in ("lead", "stranger"):
        grant(db.connection, who, "agent")
    db.execute("update auth.users set banned_until = 'infinity' where id = %s",
               user_of("neighbour"))  # fmt: skip
    held = db.create_ticket()
    db.assign(held, "agent")

    pages = [assignable(db)]
    while after := pages[-1]["next"]:
        pages.append(assignable(db, after=Json(after)))

    listed = [each for page in pages for each in page["items"]]
    assert [each["name"] for each in listed] == ["Admin", "Agent", "Lead"]
    expected = {"load": 1, "capacity": 10, "availability": "away", "skills": []}
    assert listed[1].items() >= expected.items()
    for who in PEOPLE:
        ticket = db.create_ticket()
        if str(id_of(who)) in {each["id"] for each in listed}:
            db.assign(ticket, who)
        else:
            with refused("PT422"):
                db.assign(ticket, who)
    found = assignable(db, search="AG")
    assert [each["name"] for each in found["items"]] == ["Agent"]


@pytest.mark.parametrize("who", ["customer", "stranger", "biller"])
def test_assignable_people_of_other_queues_are_hidden(db, who):
    with refused("PT404", "not-found"):
        assignable(db, who)


# Members ---------------------------------------------------------------------


def test_members_are_listed_to_readers_of_the_queue(db):
    db.assign(db.create_ticket(), "agent")
    db.call("agent", "set_availability", agent="me", availability="available")

    rows = db.rows("neighbour", "list_queue_members", queue="support")

    assert [row["name"] for row in rows] == ["Agent", "Lead", "Neighbour"]
    result = rows[0].items()
    assert result >= {"availability": "available", "load": 1, "capacity": 10}.items()
    assert rows[0]["skills"] == []
    assert rows[2]["availability"] == "away"
    assert members(db, "admin", "billing") == ["Biller"]


@pytest.mark.parametrize("who", ["customer", "stranger", "biller"])
def test_members_are_hidden_from_other_people(db, who):
    with refused("PT404", "not-found"):
        members(db, who)


def test_adding_a_member_is_idempotent(db):
    first = add_member(db, "admin", "agent")

    assert add_member(db, "admin", "agent") == first
    assert first["name"] == "Agent"
    assert members(db, "agent", "billing") == ["Agent", "Biller"]


def test_a_lead_adds_and_removes_people(db):
    add_member(db, "lead", "biller", "support")
    assert "Biller" in members(db, "lead")

    remove_member(db, "lead", "biller")

    assert "Biller" not in members(db, "lead")


@pytest.mark.parametrize("person", ["customer", "nobody"])
def test_customers_cannot_be_members(db, person):
    with refused("PT422", "not-eligible"):
        add_member(db, "lead", person, "support")


def test_people_who_are_no_members_cannot_be_removed(db):
    with refused("PT404", "not-found"):
        remove_member(db, "admin", "biller")


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_removing_a_member_releases_their_tickets(db, category):
    ticket = db.create_ticket_in(category)
    if category == "new":
        db.assign(ticket, "agent")
    kept = db.create_ticket_in("solved")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) is None
    assert assignee(db, kept) == "agent"
    assert db.events(ticket)[-1]["actor_id"] == str(id_of("lead"))


def test_removed_admins_keep_their_tickets(db):
    grant(db.connection, "agent", "admin")
    ticket = db.create_ticket_in("open")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) == "agent"


def test_removing_a_member_keeps_tickets_of_other_queues(db):
    add_member(db, "admin", "agent")
    ticket = db.create_ticket(queue="billing")
    db.assign(ticket, "agent")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) == "agent"
