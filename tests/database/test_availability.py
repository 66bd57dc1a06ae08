"""Being there, going away, and how much somebody takes."""

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from .cast import grant, id_of
from .desk import refused
from .shifts import begin_work, holder

pytestmark = pytest.mark.slow


def set_to(desk, who, availability, agent="me", **given):
    name = agent if agent == "me" else str(id_of(agent))
    asked = {"agent": name, "availability": availability, **given}
    return desk.call(who, "set_availability", **asked)


def change(desk, who, agent, **changes):
    return desk.call(who, "change_agent", agent=str(id_of(agent)), changes=changes)


def test_everybody_is_away_until_they_say_otherwise(desk):
    before = desk.call("agent", "get_agent", agent="me")
    after = set_to(desk, "agent", "available")

    assert (before["availability"], after["availability"]) == ("away", "available")
    assert before["name"] == after["name"] == "Agent"
    assert after["put_back"] == 0


def test_saying_the_same_again_changes_nothing(desk):
    first = set_to(desk, "agent", "available")
    desk.run("update public.agents set availability_since = '2026-01-01Z'")

    again = set_to(desk, "agent", "available")

    assert again["availability_since"].startswith("2026-01-01")
    assert again.keys() == first.keys()


@pytest.mark.parametrize("who", ["customer", "stranger"])
def test_who_takes_no_tickets_is_not_at_work(desk, who):
    with refused("PT403", "denied"):
        set_to(desk, who, "available")
    with refused("PT404", "not-found"):
        desk.call(who, "get_agent", agent="me")
    with refused("PT403", "denied"):
        desk.call(who, "get_agent", agent=str(id_of("agent")))


def test_staff_see_who_is_there(desk):
    set_to(desk, "agent", "available")

    told = desk.call("biller", "get_agent", agent=str(id_of("agent")))

    assert told["availability"] == "available"
    with refused("PT404", "not-found"):
        desk.call("biller", "get_agent", agent=str(id_of("customer")))


def test_going_away_keeps_what_one_holds(desk):
    ticket = desk.ticket_in("open")

    told = set_to(desk, "agent", "away")

    assert (holder(desk, ticket), told["put_back"]) == ("agent", 0)


def test_going_away_may_put_back_what_is_new_or_open(desk):
    begin_work(desk, "agent")
    new, opened = desk.ticket(), desk.ticket_in("open")
    desk.assign(new, "agent")
    waiting = [desk.ticket_in(each) for each in ("pending", "on_hold", "solved")]
    others = desk.ticket_in("open", held_by="neighbour")

    told = set_to(desk, "agent", "away", reassign=True)

    assert (told["put_back"], told["load"]) == (2, 0)
    assert told["availability"] == "away"
    assert [holder(desk, each) for each in (new, opened)] == [None, None]
    assert [holder(desk, each) for each in waiting] == ["agent"] * 3
    assert holder(desk, others) == "neighbour"
    last = desk.events(opened)[-1]
    assert (last["type"], last["actor_id"]) == ("TICKET_ASSIGNED", str(id_of("agent")))


def test_coming_back_puts_nothing_back(desk):
    ticket = desk.ticket_in("open")

    set_to(desk, "agent", "available", reassign=True)

    assert holder(desk, ticket) == "agent"


def test_a_lead_sends_somebody_of_the_queue_away(desk):
    begin_work(desk, "agent")
    ticket = desk.ticket_in("open")

    set_to(desk, "lead", "away", "agent", reassign=True)

    assert holder(desk, ticket) is None
    assert desk.events(ticket)[-1]["actor_id"] == str(id_of("lead"))


@pytest.mark.parametrize(
    ("who", "agent"),
    [("neighbour", "agent"), ("lead", "biller"), ("customer", "agent"),
     ("biller", "lead")],
)  # fmt: skip
def test_others_say_nothing_about_somebody(desk, who, agent):
    with refused("PT403", "denied"):
        set_to(desk, who, "away", agent, reassign=True)
    with refused("PT403", "denied"):
        change(desk, who, agent, capacity=1000)


def test_nobody_raises_their_own_capacity_unless_they_lead(desk):
    with refused("PT403", "denied"):
        change(desk, "agent", "agent", capacity=1000)

    assert change(desk, "lead", "lead", capacity=3)["capacity"] == 3


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_capacity_and_skills_are_said_by_those_who_lead(desk, who):
    told = change(desk, who, "agent", capacity=0, skills=["tax", "german", "tax"])

    assert (told["capacity"], told["skills"]) == (0, ["german", "tax"])
    assert change(desk, who, "agent", capacity=5)["skills"] == ["german", "tax"]
    assert change(desk, who, "agent", skills=[])["capacity"] == 5


@pytest.mark.parametrize(
    "changes",
    [{"capacity": -1}, {"capacity": 1001}, {"skills": ["two words"]},
     {"skills": [""]}, {"skills": ["a,b"]}, {"skills": [f"s{n}" for n in range(51)]}],
    ids=lambda changes: str(changes)[:30],
)  # fmt: skip
def test_a_capacity_or_skill_that_cannot_be_is_refused(desk, changes):
    with refused("23514"):
        change(desk, "admin", "agent", **changes)


def test_there_is_nobody_to_change_who_takes_no_tickets(desk):
    with refused("PT404", "not-found"):
        change(desk, "admin", "customer", capacity=1)


def test_a_lead_who_left_the_queue_says_nothing_any_more(desk):
    desk.run("delete from public.queue_members where person_id = %s", id_of("lead"))

    with refused("PT403", "denied"):
        change(desk, "lead", "agent", capacity=1)
    grant(desk.connection, "lead", "admin")
    assert change(desk, "lead", "agent", capacity=1)["capacity"] == 1


def calls(desk):
    """Return the calls to look for work that are on their way."""
    return desk.one(
        "select count(*) from net.http_request_queue"
        " where convert_from(body, 'utf8')::jsonb ->> 'table' = 'agents'"
    )


def test_who_can_take_more_wakes_those_who_give_out_work(desk):
    for name in ("autocrm_webhook_url", "autocrm_webhook_secret"):
        desk.run("select vault.create_secret(%s, %s)", "http://127.0.0.1:9/", name)

    counted = [calls(desk)]
    for act in (
        lambda: set_to(desk, "agent", "available"),
        lambda: set_to(desk, "agent", "available"),
        lambda: change(desk, "lead", "agent", capacity=20),
        lambda: change(desk, "lead", "agent", capacity=5),
        lambda: change(desk, "lead", "agent", skills=["tax"]),
        lambda: set_to(desk, "agent", "away"),
        lambda: change(desk, "lead", "agent", capacity=20),
    ):
        act()
        counted.append(calls(desk))

    assert counted == [0, 1, 1, 2, 2, 3, 3, 3]


def test_a_ticket_given_while_somebody_goes_away_goes_back_with_the_rest(office):
    """It came between the look at what they hold and the lock of their row."""
    giver, leaver, watch = office(), office(), office()
    ticket = giver.ticket()

    with ThreadPoolExecutor(1) as pool:
        with giver.connection.transaction():
            giver.assign(ticket, "agent")
            late = pool.submit(set_to, leaver, "agent", "away", reassign=True)
            watch.wait_for_waiting(1)
        told = late.result(30)

    assert (told["put_back"], told["load"]) == (1, 0)
    assert holder(watch, ticket) is None


@pytest.mark.parametrize("changes", [None, {}, {"capacity": None}, {"skills": None}])
def test_nothing_said_changes_nothing(desk, changes):
    before = change(desk, "admin", "agent", capacity=3, skills=["tax"])
    with desk.acting("admin") as connection:
        connection.execute(
            "select api.change_agent(%s, %s::jsonb)",
            [str(id_of("agent")), None if changes is None else json.dumps(changes)],
        )

    assert desk.call("admin", "get_agent", agent=str(id_of("agent"))) == before


@pytest.mark.parametrize("agent", [None, "", "agent", "me or you"])
def test_nobody_is_nobody(desk, agent):
    with pytest.raises(psycopg.Error) as refusal:
        desk.call("admin", "set_availability", agent=agent, availability="available")

    assert refusal.value.sqlstate in ("PT404", "22P02")
