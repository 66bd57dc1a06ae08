"""Availability, capacity and skills of agents."""

import psycopg
import pytest

from .acting import Json, refused
from .arrange import leave_queues, store_webhook_settings
from .assigning import assignee, make_available
from .personas import grant, id_of

pytestmark = pytest.mark.slow


def set_availability(db, who, availability, agent="me", **options):
    name = agent if agent == "me" else str(id_of(agent))
    arguments = {"agent": name, "availability": availability, **options}
    return db.call(who, "set_availability", **arguments)


def change_agent(db, who, agent, **changes):
    return db.call(who, "change_agent", agent=str(id_of(agent)), changes=changes)


def test_agents_are_away_by_default(db):
    before = db.call("agent", "get_agent", agent="me")
    after = set_availability(db, "agent", "available")

    assert (before["availability"], after["availability"]) == ("away", "available")
    assert before["name"] == after["name"] == "Agent"
    assert after["put_back"] == 0


def test_repeating_an_availability_changes_nothing(db):
    first = set_availability(db, "agent", "available")
    db.execute("update public.agents set availability_since = '2026-01-01Z'")

    again = set_availability(db, "agent", "available")

    assert again["availability_since"].startswith("2026-01-01")
    assert again.keys() == first.keys()


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_customers_have_no_availability(db, who):
    with refused("PT403", "denied"):
        set_availability(db, who, "available")
    with refused("PT404", "not-found"):
        db.call(who, "get_agent", agent="me")
    with refused("PT403", "denied"):
        db.call(who, "get_agent", agent=str(id_of("agent")))


def test_staff_see_who_is_available(db):
    set_availability(db, "agent", "available")

    result = db.call("biller", "get_agent", agent=str(id_of("agent")))

    assert result["availability"] == "available"
    with refused("PT404", "not-found"):
        db.call("biller", "get_agent", agent=str(id_of("customer")))


def test_going_away_keeps_tickets_by_default(db):
    ticket = db.create_ticket_in("open")

    result = set_availability(db, "agent", "away")

    assert (assignee(db, ticket), result["put_back"]) == ("agent", 0)


def test_going_away_can_release_new_and_open_tickets(db):
    make_available(db, "agent")
    new, opened = db.create_ticket(), db.create_ticket_in("open")
    db.assign(new, "agent")
    waiting = [db.create_ticket_in(each) for each in ("pending", "on_hold", "solved")]
    others = db.create_ticket_in("open", held_by="neighbour")

    result = set_availability(db, "agent", "away", reassign=True)

    assert (result["put_back"], result["load"]) == (2, 0)
    assert result["availability"] == "away"
    assert [assignee(db, each) for each in (new, opened)] == [None, None]
    assert [assignee(db, each) for each in waiting] == ["agent"] * 3
    assert assignee(db, others) == "neighbour"
    last = db.events(opened)[-1]
    assert (last["type"], last["actor_id"]) == ("TICKET_ASSIGNED", str(id_of("agent")))


def test_whoever_becomes_available_cannot_release_tickets(db):
    ticket = db.create_ticket_in("open")

    with refused("PT422", "invalid"):
        set_availability(db, "agent", "available", reassign=True)

    assert assignee(db, ticket) == "agent"


def test_leads_set_members_of_their_queue_away(db):
    make_available(db, "agent")
    ticket = db.create_ticket_in("open")

    set_availability(db, "lead", "away", "agent", reassign=True)

    assert assignee(db, ticket) is None
    assert db.events(ticket)[-1]["actor_id"] == str(id_of("lead"))


@pytest.mark.parametrize(
    ("who", "agent"),
    [("neighbour", "agent"), ("lead", "biller"), ("customer", "agent"),
     ("biller", "lead")],
)  # fmt: skip
def test_agents_are_not_changed_by_people_who_do_not_lead_them(db, who, agent):
    with refused("PT403", "denied"):
        set_availability(db, who, "away", agent, reassign=True)
    with refused("PT403", "denied"):
        change_agent(db, who, agent, capacity=1000)


def test_leading_one_queue_of_an_agent_decides_nothing_in_the_others(db):
    """Whoever leads a queue may add any agent to it, so that cannot be enough."""
    make_available(db, "biller")
    ticket = db.assign(db.create_ticket(queue="billing"), "biller")
    db.call("lead", "add_queue_member", queue="support", person=str(id_of("biller")))

    with refused("PT403", "denied"):
        set_availability(db, "lead", "away", "biller", reassign=True)
    with refused("PT403", "denied"):
        change_agent(db, "lead", "biller", capacity=0)

    assert assignee(db, ticket) == "biller"
    assert set_availability(db, "admin", "away", "biller")["availability"] == "away"


def test_leading_every_queue_of_an_agent_is_enough(db):
    for who in ("biller", "lead"):
        for queue in ("support", "billing"):
            db.call("admin", "add_queue_member", queue=queue, person=str(id_of(who)))

    assert change_agent(db, "lead", "biller", capacity=4)["capacity"] == 4


def test_who_works_every_queue_is_changed_by_who_leads_every_queue(db):
    """An administrator holds tickets of queues they are no member of."""
    db.call("lead", "add_queue_member", queue="support", person=str(id_of("admin")))

    with refused("PT403", "denied"):
        set_availability(db, "lead", "away", "admin", reassign=True)


def test_nobody_raises_their_own_capacity_unless_they_lead(db):
    with refused("PT403", "denied"):
        change_agent(db, "agent", "agent", capacity=1000)

    assert change_agent(db, "lead", "lead", capacity=3)["capacity"] == 3


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_leads_set_capacity_and_skills(db, who):
    result = change_agent(db, who, "agent", capacity=0, skills=["tax", "german", "tax"])

    assert (result["capacity"], result["skills"]) == (0, ["german", "tax"])
    assert change_agent(db, who, "agent", capacity=5)["skills"] == ["german", "tax"]
    assert change_agent(db, who, "agent", skills=[])["capacity"] == 5


@pytest.mark.parametrize(
    "changes",
    [{"capacity": -1}, {"capacity": 1001}, {"skills": ["two words"]},
     {"skills": [""]}, {"skills": ["a,b"]}, {"skills": [f"s{n}" for n in range(51)]}],
    ids=lambda changes: str(changes)[:30],
)  # fmt: skip
def test_invalid_capacities_and_skills_are_refused(db, changes):
    with refused("23514"):
        change_agent(db, "admin", "agent", **changes)


def test_customers_are_not_found_as_agents(db):
    with refused("PT404", "not-found"):
        change_agent(db, "admin", "customer", capacity=1)


def test_leads_who_left_the_queue_change_no_agent(db):
    leave_queues(db, "lead")

    with refused("PT403", "denied"):
        change_agent(db, "lead", "agent", capacity=1)
    grant(db.connection, "lead", "admin")
    assert change_agent(db, "lead", "agent", capacity=1)["capacity"] == 1


def job_calls(db):
    """Count the requests to start the job that assigns waiting tickets."""
    return db.scalar(
        "select count(*) from net.http_request_queue"
        " where convert_from(body, 'utf8')::jsonb ->> 'job' = 'waiting_tickets'"
    )


def test_more_room_starts_the_assignment_job(db):
    store_webhook_settings(db)

    counted = [job_calls(db)]
    for act in (
        lambda: set_availability(db, "agent", "available"),
        lambda: set_availability(db, "agent", "available"),
        lambda: change_agent(db, "lead", "agent", capacity=20),
        lambda: change_agent(db, "lead", "agent", capacity=5),
        lambda: change_agent(db, "lead", "agent", skills=["tax"]),
        lambda: set_availability(db, "agent", "away"),
        lambda: change_agent(db, "lead", "agent", capacity=20),
    ):
        act()
        counted.append(job_calls(db))

    assert counted == [0, 1, 1, 2, 2, 3, 3, 3]


def test_tickets_assigned_while_going_away_are_released_too(connect):
    """It comes between reading the tickets of an agent and locking their row."""
    giver, leaver, watch = connect(), connect(), connect()
    ticket = giver.create_ticket()

    with giver.blocking(
        set_availability, leaver, "agent", "away", reassign=True
    ) as late:
        giver.assign(ticket, "agent")
    result = late.result(30)

    assert (result["put_back"], result["load"]) == (1, 0)
    assert assignee(watch, ticket) is None


def test_an_empty_change_changes_nothing(db):
    before = change_agent(db, "admin", "agent", capacity=3, skills=["tax"])

    change_agent(db, "admin", "agent")

    assert db.call("admin", "get_agent", agent=str(id_of("agent"))) == before


@pytest.mark.parametrize(
    "changes",
    [
        None,
        Json([]),
        {"capacity": None},
        {"capacity": "3"},
        {"capacity": 1.5},
        {"skills": None},
        {"skills": "tax"},
        {"skills": [None]},
        {"load": 1},
    ],
    ids=str,
)
def test_a_change_of_another_form_is_refused(db, changes):
    with refused("PT422", "invalid"):
        db.call("admin", "change_agent", agent=str(id_of("agent")), changes=changes)


@pytest.mark.parametrize("agent", [None, "", "agent", "me or you"])
def test_invalid_agent_references_are_refused(db, agent):
    with pytest.raises(psycopg.Error) as refusal:
        db.call("admin", "set_availability", agent=agent, availability="available")

    assert refusal.value.sqlstate in ("PT404", "22P02")
