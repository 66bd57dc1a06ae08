"""Giving tickets: to whom the strategy ranks first, in order, never too many."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.assignment import STRATEGIES

from .cast import id_of
from .desk import WORKER, refused
from .shifts import AGENT_CHOICES, begin_work, give, holder, react, use

pytestmark = pytest.mark.slow


def needs(desk, ticket, *skills):
    desk.run(
        "update public.tickets set skills = %s where id = %s",
        list(skills),
        ticket["id"],
    )
    return ticket


def knows(desk, person, *skills):
    desk.run(
        "update public.agents set skills = %s where person_id = %s",
        list(skills),
        id_of(person),
    )


def last_given(desk, person, when):
    desk.run(
        "update public.agents set last_assigned_at = %s where person_id = %s",
        when,
        id_of(person),
    )


@pytest.fixture
def team(desk):
    """Three people of queue support who are there."""
    begin_work(desk, "agent", "neighbour", "lead")


def test_the_strategies_of_the_database_and_of_the_workers_are_one(desk):
    rows = desk.read("customer", "select strategy from public.assignment_strategies")

    assert set(rows) == {"manual", *STRATEGIES}
    assert set(AGENT_CHOICES) == set(STRATEGIES)


@pytest.mark.usefixtures("team")
def test_a_queue_that_gives_nothing_gives_nothing(desk):
    ticket = desk.ticket()

    assert react(desk, ticket) is True
    assert give(desk) == 0
    assert holder(desk, ticket) is None


@pytest.mark.usefixtures("team")
def test_a_new_ticket_is_given_in_turns(desk):
    use(desk, "round_robin")
    given = []
    for _ in range(6):
        ticket = desk.ticket()
        react(desk, ticket)
        given.append(holder(desk, ticket))

    assert sorted(given[:3]) == ["agent", "lead", "neighbour"]
    assert given[3:] == given[:3]
    event = desk.events(ticket)[-1]
    assert event["after"]["by"] == "round_robin"
    assert event["actor_id"] is None


@pytest.mark.usefixtures("team")
def test_whoever_holds_least_is_given_the_next(desk):
    use(desk, "least_loaded")
    for holds, person in enumerate(["lead", "neighbour", "agent"]):
        for _ in range(holds):
            desk.assign(desk.ticket(), person)

    tickets = [desk.ticket(priority=each) for each in ("urgent", "high", "normal")]
    assert give(desk) == 3

    assert [holder(desk, each) for each in tickets[:1]] == ["lead"]
    loads = desk.run("select load from public.agents where load > 0").fetchall()
    assert loads == [(2,)] * 3


@pytest.mark.usefixtures("team")
def test_a_ticket_goes_to_who_knows_what_it_takes(desk):
    use(desk, "skill_match")
    knows(desk, "agent", "tax")
    knows(desk, "neighbour", "tax", "german")
    german = needs(desk, desk.ticket(), "german", "tax")
    plain = desk.ticket(priority="low")

    assert give(desk) == 2

    assert holder(desk, german) == "neighbour"
    assert holder(desk, plain) in ("agent", "lead")


@pytest.mark.usefixtures("team")
def test_what_nobody_knows_waits_and_holds_up_nothing_behind_it(desk):
    use(desk, "skill_match")
    odd = [needs(desk, desk.ticket(priority="urgent"), "klingon") for _ in range(15)]
    plain = desk.ticket(priority="low")

    assert give(desk, max_items=5) == 1

    assert holder(desk, plain) is not None
    knows(desk, "lead", "klingon")
    assert give(desk, max_items=5) == 5
    assert {holder(desk, each) for each in odd} == {None, "lead"}


@pytest.mark.usefixtures("team")
def test_other_strategies_ask_for_no_skills(desk):
    use(desk, "least_loaded")
    ticket = needs(desk, desk.ticket(), "klingon")

    assert give(desk) == 1
    assert holder(desk, ticket) is not None


def test_only_who_is_there_and_has_room_and_works_the_queue_is_given_work(desk):
    use(desk, "round_robin")
    begin_work(desk, "agent", "biller", "lead")
    desk.call("lead", "set_availability", agent="me", availability="away")
    desk.run("update public.agents set capacity = 1")
    tickets = [desk.ticket() for _ in range(3)]

    assert give(desk) == 1
    assert give(desk) == 0

    assert sorted(str(holder(desk, each)) for each in tickets) == [
        "None",
        "None",
        "agent",
    ]


def test_whose_role_was_taken_is_given_nothing(desk):
    use(desk, "round_robin")
    begin_work(desk, "agent")
    desk.ticket()
    desk.run(
        "delete from public.person_roles where person_id = %s and role = 'agent'",
        id_of("agent"),
    )

    assert give(desk) == 0


@pytest.mark.usefixtures("team")
def test_what_somebody_was_given_by_hand_is_left_alone(desk):
    use(desk, "round_robin")
    desk.run("update public.agents set capacity = 0")
    ticket = desk.ticket()
    desk.assign(ticket, "neighbour")
    desk.run("update public.agents set capacity = 10")

    react(desk, ticket)

    assert give(desk) == 0
    assert holder(desk, ticket) == "neighbour"


@pytest.mark.usefixtures("team")
def test_a_new_ticket_does_not_go_before_what_waits_already(desk):
    use(desk, "round_robin")
    waiting = desk.ticket(priority="high")
    late = desk.ticket()

    react(desk, late)

    assert holder(desk, late) is None
    assert holder(desk, waiting) is not None


@pytest.mark.usefixtures("team")
def test_a_reaction_happens_once(desk):
    use(desk, "round_robin")
    first, second = desk.ticket(), desk.ticket()
    [event] = desk.events(first)
    asked = {"event": event["id"], "agent_choices": AGENT_CHOICES}

    assert desk.call(WORKER, "assign_work", **asked) is True
    assert desk.call(WORKER, "assign_work", **asked) is False
    assert [holder(desk, each) for each in (first, second)].count(None) == 1


@pytest.mark.usefixtures("team")
def test_what_is_reopened_while_it_is_free_is_given(desk):
    use(desk, "round_robin")
    ticket = desk.ticket_in("pending")
    desk.call("admin", "release_ticket", ticket=ticket["id"])
    react(desk, ticket)
    assert holder(desk, ticket) is None

    desk.say("customer", ticket, "Well?")
    [reopened] = [
        event for event in desk.events(ticket)
        if event["type"] == "TICKET_STATUS_CHANGED" and event["seq"] > 4
    ]  # fmt: skip
    desk.call(WORKER, "assign_work", event=reopened["id"], agent_choices=AGENT_CHOICES)

    assert holder(desk, ticket) in ("lead", "neighbour")


@pytest.mark.usefixtures("team")
def test_what_somebody_put_back_is_not_given_back_to_them(desk):
    use(desk, "round_robin")
    for person in ("neighbour", "lead"):
        desk.call(person, "set_availability", agent="me", availability="away")
    ticket = desk.ticket_in("open")

    desk.call("agent", "release_ticket", ticket=ticket["id"])
    react(desk, ticket)
    assert (give(desk), holder(desk, ticket)) == (0, None)

    begin_work(desk, "neighbour")
    assert (give(desk), holder(desk, ticket)) == (1, "neighbour")


def test_who_put_back_what_they_held_and_went_is_given_it_when_they_return(office):
    """In transactions of their own, because time stands still within one."""
    desk = office()
    use(desk, "round_robin")
    begin_work(desk, "agent")
    ticket = desk.ticket_in("open")
    leave = {"agent": "me", "availability": "away", "reassign": True}
    desk.call("agent", "set_availability", **leave)
    assert give(desk) == 0

    begin_work(desk, "agent")

    assert (give(desk), holder(desk, ticket)) == (1, "agent")


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("status", ["pending", "on_hold", "solved"])
def test_whoever_gets_room_is_given_what_waits(desk, status):
    use(desk, "round_robin")
    desk.run(
        "update public.agents set capacity = 0 where person_id <> %s", id_of("agent")
    )
    desk.run(
        "update public.agents set capacity = 1 where person_id = %s", id_of("agent")
    )
    held, waiting = desk.ticket_in("open"), desk.ticket()

    react(desk, waiting)
    assert holder(desk, waiting) is None

    desk.move(held, status)
    react(desk, held)
    assert holder(desk, waiting) == "agent"


@pytest.mark.usefixtures("team")
def test_whoever_hands_a_ticket_on_is_given_what_waits_in_another_queue(desk):
    desk.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    use(desk, "least_loaded", "billing")
    desk.run("update public.agents set capacity = 1")
    held, waiting = desk.ticket_in("open"), desk.ticket(queue="billing")

    desk.assign(held, "neighbour")
    react(desk, held)

    assert holder(desk, waiting) == "agent"


def test_the_queues_in_which_there_is_something_to_give_are_told(desk):
    def waiting():
        asked = {"strategies": list(STRATEGIES)}
        return desk.rows(WORKER, "queues_due_for_assignment", **asked)

    begin_work(desk, "agent", "biller")
    desk.ticket()
    assert waiting() == []
    use(desk, "round_robin")
    use(desk, "round_robin", "billing")

    assert waiting() == [str(id_of("support"))]
    desk.call("agent", "set_availability", agent="me", availability="away")
    assert waiting() == []


def test_an_archived_queue_gives_nothing(desk):
    begin_work(desk, "agent")
    desk.run(
        "update public.queues set strategy = 'round_robin' where id = %s",
        id_of("attic"),
    )

    assert give(desk, "attic") == 0
    assert (
        desk.rows(WORKER, "queues_due_for_assignment", strategies=list(STRATEGIES))
        == []
    )


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("ranking", [["height"], ["load; drop table public.tickets"]])
def test_a_ranking_that_the_database_does_not_know_is_refused(desk, ranking):
    use(desk, "round_robin")
    desk.ticket()
    choices = {"round_robin": {"ranking": ranking}}

    with refused("PT422", "unknown-ranking"):
        desk.call(
            WORKER,
            "assign_waiting_tickets",
            queue=id_of("support"),
            agent_choices=choices,
        )


@pytest.mark.usefixtures("team")
def test_a_strategy_that_the_workers_do_not_know_gives_nothing(desk):
    use(desk, "round_robin")
    ticket = desk.ticket()

    gave = desk.call(
        WORKER, "assign_waiting_tickets", queue=id_of("support"), agent_choices={}
    )

    assert (gave, holder(desk, ticket)) == (0, None)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("assign_work", {"event": id_of("x"), "agent_choices": {}}),
        ("queues_due_for_assignment", {"strategies": ["round_robin"]}),
        ("assign_waiting_tickets", {"queue": id_of("support"), "agent_choices": {}}),
        ("release_idle_tickets", {}),
    ],
)
@pytest.mark.parametrize("who", ["customer", "agent", "admin", "anon"])
def test_people_do_not_do_what_the_clock_does(desk, who, function, arguments):
    with refused("42501"):
        desk.rows(who, function, **arguments)


# Several at once ----------------------------------------------------------------


def test_somebody_busy_is_passed_by(office):
    first, second = office(), office()
    use(first, "round_robin")
    begin_work(first, "agent", "neighbour")
    last_given(first, "neighbour", "2030-01-01Z")
    ticket = first.ticket()

    with first.connection.transaction():
        first.run("select private.lock_agent(%s)", id_of("agent"))
        assert give(second) == 1

    assert holder(second, ticket) == "neighbour"


def test_when_everybody_is_busy_the_ticket_waits_for_the_clock(office):
    first, second = office(), office()
    use(first, "round_robin")
    begin_work(first, "agent")
    ticket = first.ticket()

    with first.connection.transaction():
        first.run("select private.lock_agent(%s)", id_of("agent"))
        assert give(second) == 0
    assert holder(second, ticket) is None

    assert give(second) == 1


def test_many_who_give_at_once_give_each_ticket_once_and_never_too_many(office):
    desk = office()
    use(desk, "least_loaded")
    begin_work(desk, "agent", "neighbour", "lead", capacity=7)
    for _ in range(40):
        desk.ticket()
    desks = [office() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        given = sum(pool.map(lambda own: sum(give(own) for _ in range(6)), desks))

    loads = [load for (load,) in desk.run("select load from public.agents")]
    assert loads == [7, 7, 7]
    assert given == 21
    assigned = desk.one(
        "select count(*) from public.ticket_events where type = 'TICKET_ASSIGNED'"
    )
    assert assigned == 21


def test_a_ticket_is_given_once_somebody_knows_what_it_takes(desk):
    """Staff say what it takes; whoever does not know it is passed over."""
    begin_work(desk, "agent", "neighbour")
    use(desk, "skill_match")
    knows(desk, "neighbour", "french")
    ticket = desk.ticket()
    desk.call(
        "lead", "update_ticket", ticket=ticket["id"], changes={"skills": ["french"]}
    )

    react(desk, ticket)

    assert holder(desk, ticket) == "neighbour"
