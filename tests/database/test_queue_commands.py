"""Queues are made by administrators, led by leads, and hidden from the rest."""

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .acting import OWNER, refused
from .assigning import assignee
from .personas import grant, id_of

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


def test_a_queue_asked_for_twice_with_one_key_is_made_once(db):
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
    ],
    ids=str,
)
def test_a_queue_that_cannot_be_is_not_made(db, given, code, slug):
    with refused(code, slug):
        db.call("admin", "create_queue", **{"key": "one", "name": "One", **given})


@pytest.mark.parametrize("who", NOT_ADMINS)
def test_queues_are_made_renamed_and_archived_by_administrators_alone(db, who):
    with refused("PT403", "denied"):
        db.call(who, "create_queue", key="mine", name="Mine")
    for changes in ({"name": "Mine"}, {"archived": True}):
        with pytest.raises(Exception, match=r"denied|not-found"):
            change_queue(db, who, **changes)


def test_a_lead_says_how_the_queue_shares_its_work(db):
    result = change_queue(db, "lead", strategy="round_robin", default_priority="high",
                  released_after_minutes=60)  # fmt: skip

    assert (result["strategy"], result["default_priority"]) == ("round_robin", "high")
    back = change_queue(db, "lead", default_priority=None, released_after_minutes=None)
    assert (back["default_priority"], back["released_after_minutes"]) == (None, None)
    assert back["strategy"] == "round_robin"


@pytest.mark.parametrize("who", ["agent", "biller", "customer"])
def test_a_queue_is_led_by_those_who_lead_and_belong(db, who):
    with pytest.raises(Exception, match=r"denied|not-found"):
        change_queue(db, who, strategy="round_robin")
    with pytest.raises(Exception, match=r"denied|not-found"):
        add_member(db, who, "agent", "support")
    with refused("PT404", "not-found"):
        change_queue(db, "lead", "billing", strategy="round_robin")


def test_who_reads_every_queue_and_leads_one_leads_that_one_alone(db):
    db.execute(
        "insert into public.role_permissions values ('lead', 'tickets.read_all')"
    )

    with refused("PT403", "denied"):
        change_queue(db, "lead", "billing", strategy="round_robin")
    with refused("PT403", "denied"):
        add_member(db, "lead", "agent", "billing")


def test_the_priority_of_a_queue_goes_before_triage_and_after_the_asker(db):
    change_queue(db, "lead", default_priority="low")

    assert db.create_ticket(triaged_priority="urgent")["priority"] == "low"
    assert db.create_ticket(priority="high")["priority"] == "high"
    change_queue(db, "lead", default_priority=None)
    assert db.create_ticket(triaged_priority="urgent")["priority"] == "urgent"


def test_an_archived_queue_is_gone_until_it_is_wanted_again(db):
    archived = change_queue(db, "admin", "billing", archived=True)

    assert archived["archived_at"]
    assert change_queue(db, "admin", "billing", archived=True) == archived
    with refused("PT422", "unknown-queue"):
        db.create_ticket(queue="billing")
    back = change_queue(db, "admin", "billing", archived=False, name="Invoices")
    assert (back["archived_at"], back["name"]) == (None, "Invoices")
    db.create_ticket(queue="billing")


def test_the_default_queue_is_not_archived(db):
    with refused("PT409", "default-queue"):
        change_queue(db, "admin", archived=True)


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_a_queue_with_live_tickets_is_not_archived_and_says_how_many(db, category):
    db.create_ticket_in(category, held_by="biller", queue="billing")
    db.create_ticket_in(category, held_by="biller", queue="billing")

    with pytest.raises(psycopg.Error, match="queue-not-empty") as refusal:
        change_queue(db, "admin", "billing", archived=True)

    assert ": 2." in refusal.value.diag.message_detail


def test_a_queue_whose_tickets_are_done_is_archived(db):
    db.create_ticket_in("solved", held_by="biller", queue="billing")

    assert change_queue(db, "admin", "billing", archived=True)["archived_at"]


def test_nothing_is_put_into_an_archived_queue_whoever_writes(db):
    ticket = db.create_ticket()

    with refused("PT422", "unknown-queue"):
        db.read(
            OWNER,
            "update public.tickets set queue_id = %s where id = %s returning 1",
            id_of("attic"),
            ticket["id"],
        )


def test_a_ticket_on_its_way_in_is_seen_by_whoever_archives(connect):
    first, second, watch = connect(), connect(), connect()

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            first.create_ticket(queue="billing")
            late = pool.submit(change_queue, second, "admin", "billing", archived=True)
            watch.wait_for_blocked(1)
        with refused("PT409", "queue-not-empty"):
            late.result(30)


def test_a_ticket_that_comes_while_its_queue_is_archived_is_refused(connect):
    first, second, watch = connect(), connect(), connect()

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            change_queue(first, "admin", "billing", archived=True)
            late = pool.submit(second.create_ticket, queue="billing")
            watch.wait_for_blocked(1)
        with refused("PT422", "unknown-queue"):
            late.result(30)


@pytest.mark.parametrize(
    "changes", [["name"], ["archived"], ["strategy", "archived"], "archived", 7]
)
def test_a_change_that_is_no_object_renames_and_archives_nothing(db, changes):
    def stored():
        return db.scalar(
            "select to_jsonb(q) from public.queues q where key = 'billing'"
        )

    before = stored()
    with db.acting("admin") as connection:
        connection.execute(
            "select api.change_queue('billing', %s::jsonb)", [json.dumps(changes)]
        )

    assert stored() == before


# Members ---------------------------------------------------------------------


def test_a_queue_shows_who_works_it_to_those_who_read_it(db):
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
def test_who_does_not_read_a_queue_does_not_know_who_works_it(db, who):
    with refused("PT404", "not-found"):
        members(db, who)


def test_a_member_is_added_once_and_sees_the_queue(db):
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
def test_who_takes_no_tickets_works_no_queue(db, person):
    with refused("PT422", "not-eligible"):
        add_member(db, "lead", person, "support")


def test_who_works_no_queue_is_not_removed_from_it(db):
    with refused("PT404", "not-found"):
        remove_member(db, "admin", "biller")


@pytest.mark.parametrize("category", ["new", "open", "pending", "on_hold"])
def test_what_somebody_held_goes_back_when_they_leave_the_queue(db, category):
    ticket = db.create_ticket_in(category)
    if category == "new":
        db.assign(ticket, "agent")
    kept = db.create_ticket_in("solved")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) is None
    assert assignee(db, kept) == "agent"
    assert db.events(ticket)[-1]["actor_id"] == str(id_of("lead"))


def test_who_may_still_work_the_queue_keeps_what_they_hold(db):
    grant(db.connection, "agent", "admin")
    ticket = db.create_ticket_in("open")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) == "agent"


def test_what_somebody_holds_elsewhere_stays_with_them(db):
    add_member(db, "admin", "agent")
    ticket = db.create_ticket(queue="billing")
    db.assign(ticket, "agent")

    remove_member(db, "lead", "agent")

    assert assignee(db, ticket) == "agent"
