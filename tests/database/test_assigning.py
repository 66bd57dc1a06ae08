"""Automatic assignment: to the agent ranked first, in order, within capacity."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.assignment import STRATEGIES

from .acting import WORKER, refused
from .arrange import revoke_role
from .assigning import (
    AGENT_CHOICES,
    assign_after_event,
    assign_waiting,
    assignee,
    make_available,
    set_agent,
    set_strategy,
)
from .personas import id_of

pytestmark = pytest.mark.slow


def require_skills(db, ticket, *skills):
    db.execute(
        "update public.tickets set skills = %s where id = %s",
        list(skills),
        ticket["id"],
    )
    return ticket


@pytest.fixture
def team(db):
    """Three people of queue support who are there."""
    make_available(db, "agent", "neighbour", "lead")


def test_database_and_workers_have_the_same_strategies(db):
    rows = db.read("customer", "select strategy from public.assignment_strategies")

    assert set(rows) == {"manual", *STRATEGIES}
    assert set(AGENT_CHOICES) == set(STRATEGIES)


@pytest.mark.usefixtures("team")
def test_manual_queues_assign_nothing(db):
    ticket = db.create_ticket()

    assert assign_after_event(db, ticket) is True
    assert assign_waiting(db) == 0
    assert assignee(db, ticket) is None


@pytest.mark.usefixtures("team")
def test_round_robin_assigns_in_turns(db):
    set_strategy(db, "round_robin")
    assigned = []
    for _ in range(6):
        ticket = db.create_ticket()
        assign_after_event(db, ticket)
        assigned.append(assignee(db, ticket))

    assert sorted(assigned[:3]) == ["agent", "lead", "neighbour"]
    assert assigned[3:] == assigned[:3]
    event = db.events(ticket)[-1]
    assert event["after"]["by"] == "round_robin"
    assert event["actor_id"] is None


@pytest.mark.usefixtures("team")
def test_least_loaded_assigns_to_the_agent_with_the_lowest_load(db):
    set_strategy(db, "least_loaded")
    for holds, person in enumerate(["lead", "neighbour", "agent"]):
        for _ in range(holds):
            db.assign(db.create_ticket(), person)

    tickets = [db.create_ticket(priority=each) for each in ("urgent", "high", "normal")]
    assert assign_waiting(db) == 3

    assert [assignee(db, each) for each in tickets[:1]] == ["lead"]
    loads = db.execute("select load from public.agents where load > 0").fetchall()
    assert loads == [(2,)] * 3


@pytest.mark.usefixtures("team")
def test_skill_match_assigns_to_agents_with_the_skills(db):
    set_strategy(db, "skill_match")
    set_agent(db, "agent", skills=["tax"])
    set_agent(db, "neighbour", skills=["tax", "german"])
    german = require_skills(db, db.create_ticket(), "german", "tax")
    plain = db.create_ticket(priority="low")

    assert assign_waiting(db) == 2

    assert assignee(db, german) == "neighbour"
    assert assignee(db, plain) in ("agent", "lead")


@pytest.mark.usefixtures("team")
def test_tickets_without_a_skilled_agent_do_not_block_others(db):
    set_strategy(db, "skill_match")
    odd = [
        require_skills(db, db.create_ticket(priority="urgent"), "klingon")
        for _ in range(15)
    ]
    plain = db.create_ticket(priority="low")

    assert assign_waiting(db, max_items=5) == 1

    assert assignee(db, plain) is not None
    set_agent(db, "lead", skills=["klingon"])
    assert assign_waiting(db, max_items=5) == 5
    assert {assignee(db, each) for each in odd} == {None, "lead"}


@pytest.mark.usefixtures("team")
def test_other_strategies_ignore_skills(db):
    set_strategy(db, "least_loaded")
    ticket = require_skills(db, db.create_ticket(), "klingon")

    assert assign_waiting(db) == 1
    assert assignee(db, ticket) is not None


def test_only_available_members_with_room_are_assigned_tickets(db):
    set_strategy(db, "round_robin")
    make_available(db, "agent", "biller", "lead")
    db.call("lead", "set_availability", agent="me", availability="away")
    db.execute("update public.agents set capacity = 1")
    tickets = [db.create_ticket() for _ in range(3)]

    assert assign_waiting(db) == 1
    assert assign_waiting(db) == 0

    assert sorted(str(assignee(db, each)) for each in tickets) == [
        "None",
        "None",
        "agent",
    ]


def test_members_without_an_agent_role_are_assigned_nothing(db):
    set_strategy(db, "round_robin")
    make_available(db, "agent")
    db.create_ticket()
    revoke_role(db, "agent")

    assert assign_waiting(db) == 0


@pytest.mark.usefixtures("team")
def test_manually_assigned_tickets_are_left_alone(db):
    set_strategy(db, "round_robin")
    db.execute("update public.agents set capacity = 0")
    ticket = db.create_ticket()
    db.assign(ticket, "neighbour")
    db.execute("update public.agents set capacity = 10")

    assign_after_event(db, ticket)

    assert assign_waiting(db) == 0
    assert assignee(db, ticket) == "neighbour"


@pytest.mark.usefixtures("team")
def test_new_tickets_are_assigned_after_waiting_ones(db):
    set_strategy(db, "round_robin")
    waiting = db.create_ticket(priority="high")
    late = db.create_ticket()

    assign_after_event(db, late)

    assert assignee(db, late) is None
    assert assignee(db, waiting) is not None


@pytest.mark.usefixtures("team")
def test_an_event_is_reacted_to_once(db):
    set_strategy(db, "round_robin")
    first, second = db.create_ticket(), db.create_ticket()
    [event] = db.events(first)
    arguments = {"event": event["id"], "agent_choices": AGENT_CHOICES}

    assert db.call(WORKER, "assign_work", **arguments) is True
    assert db.call(WORKER, "assign_work", **arguments) is False
    assert [assignee(db, each) for each in (first, second)].count(None) == 1


@pytest.mark.usefixtures("team")
def test_reopened_unassigned_tickets_are_assigned(db):
    set_strategy(db, "round_robin")
    ticket = db.create_ticket_in("pending")
    db.release(ticket)
    assign_after_event(db, ticket)
    assert assignee(db, ticket) is None

    db.comment("customer", ticket, "Well?")
    [reopened] = [
        event for event in db.events(ticket)
        if event["type"] == "TICKET_STATUS_CHANGED" and event["seq"] > 4
    ]  # fmt: skip
    db.call(WORKER, "assign_work", event=reopened["id"], agent_choices=AGENT_CHOICES)

    assert assignee(db, ticket) in ("lead", "neighbour")


@pytest.mark.usefixtures("team")
def test_released_tickets_are_not_assigned_to_whoever_released_them(db):
    set_strategy(db, "round_robin")
    for person in ("neighbour", "lead"):
        db.call(person, "set_availability", agent="me", availability="away")
    ticket = db.create_ticket_in("open")

    db.release(ticket, "agent")
    assign_after_event(db, ticket)
    assert (assign_waiting(db), assignee(db, ticket)) == (0, None)

    make_available(db, "neighbour")
    assert (assign_waiting(db), assignee(db, ticket)) == (1, "neighbour")


def test_agents_get_tickets_again_that_they_released_by_going_away(connect):
    """In transactions of their own, because time stands still within one."""
    db = connect()
    set_strategy(db, "round_robin")
    make_available(db, "agent")
    ticket = db.create_ticket_in("open")
    leave = {"agent": "me", "availability": "away", "reassign": True}
    db.call("agent", "set_availability", **leave)
    assert assign_waiting(db) == 0

    make_available(db, "agent")

    assert (assign_waiting(db), assignee(db, ticket)) == (1, "agent")


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("status", ["pending", "on_hold", "solved"])
def test_agents_with_new_room_are_assigned_waiting_tickets(db, status):
    set_strategy(db, "round_robin")
    db.execute(
        "update public.agents set capacity = 0 where person_id <> %s", id_of("agent")
    )
    set_agent(db, "agent", capacity=1)
    held, waiting = db.create_ticket_in("open"), db.create_ticket()

    assign_after_event(db, waiting)
    assert assignee(db, waiting) is None

    db.set_status(held, status)
    assign_after_event(db, held)
    assert assignee(db, waiting) == "agent"


@pytest.mark.usefixtures("team")
def test_room_after_reassigning_is_used_in_other_queues(db):
    db.call("admin", "add_queue_member", queue="billing", person=id_of("agent"))
    set_strategy(db, "least_loaded", "billing")
    db.execute("update public.agents set capacity = 1")
    held, waiting = db.create_ticket_in("open"), db.create_ticket(queue="billing")

    db.assign(held, "neighbour")
    assign_after_event(db, held)

    assert assignee(db, waiting) == "agent"


def test_queues_due_for_assignment_are_listed(db):
    def waiting():
        arguments = {"strategies": list(STRATEGIES)}
        return db.rows(WORKER, "queues_due_for_assignment", **arguments)

    make_available(db, "agent", "biller")
    db.create_ticket()
    assert waiting() == []
    set_strategy(db, "round_robin")
    set_strategy(db, "round_robin", "billing")

    assert waiting() == [str(id_of("support"))]
    db.call("agent", "set_availability", agent="me", availability="away")
    assert waiting() == []


def test_archived_queues_assign_nothing(db):
    make_available(db, "agent")
    db.execute(
        "update public.queues set strategy = 'round_robin' where id = %s",
        id_of("attic"),
    )

    assert assign_waiting(db, "attic") == 0
    assert (
        db.rows(WORKER, "queues_due_for_assignment", strategies=list(STRATEGIES)) == []
    )


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("ranking", [["height"], ["load; drop table public.tickets"]])
def test_unknown_rankings_are_refused(db, ranking):
    set_strategy(db, "round_robin")
    db.create_ticket()
    choices = {"round_robin": {"ranking": ranking}}

    with refused("PT422", "unknown-ranking"):
        db.call(
            WORKER,
            "assign_waiting_tickets",
            queue=id_of("support"),
            agent_choices=choices,
        )


@pytest.mark.usefixtures("team")
def test_strategies_unknown_to_the_workers_assign_nothing(db):
    set_strategy(db, "round_robin")
    ticket = db.create_ticket()

    assigned = db.call(
        WORKER, "assign_waiting_tickets", queue=id_of("support"), agent_choices={}
    )

    assert (assigned, assignee(db, ticket)) == (0, None)


# Several at once ----------------------------------------------------------------


def test_locked_agents_are_skipped(connect):
    first, second = connect(), connect()
    set_strategy(first, "round_robin")
    make_available(first, "agent", "neighbour")
    set_agent(first, "neighbour", last_assigned_at="2030-01-01Z")
    ticket = first.create_ticket()

    with first.connection.transaction():
        first.execute("select private.lock_agent(%s)", id_of("agent"))
        assert assign_waiting(second) == 1

    assert assignee(second, ticket) == "neighbour"


def test_tickets_wait_for_the_scheduler_when_all_agents_are_locked(connect):
    first, second = connect(), connect()
    set_strategy(first, "round_robin")
    make_available(first, "agent")
    ticket = first.create_ticket()

    with first.connection.transaction():
        first.execute("select private.lock_agent(%s)", id_of("agent"))
        assert assign_waiting(second) == 0
    assert assignee(second, ticket) is None

    assert assign_waiting(second) == 1


def test_concurrent_assignment_assigns_once_within_capacity(connect):
    db = connect()
    set_strategy(db, "least_loaded")
    make_available(db, "agent", "neighbour", "lead", capacity=7)
    for _ in range(40):
        db.create_ticket()
    connections = [connect() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        assigned = sum(
            pool.map(
                lambda own: sum(assign_waiting(own) for _ in range(6)), connections
            )
        )

    loads = [load for (load,) in db.execute("select load from public.agents")]
    assert loads == [7, 7, 7]
    assert assigned == 21
    assigned = db.scalar(
        "select count(*) from public.ticket_events where type = 'TICKET_ASSIGNED'"
    )
    assert assigned == 21


def test_required_skills_are_matched_after_an_update(db):
    """Staff say what it takes; whoever does not know it is passed over."""
    make_available(db, "agent", "neighbour")
    set_strategy(db, "skill_match")
    set_agent(db, "neighbour", skills=["french"])
    ticket = db.create_ticket()
    db.call(
        "lead", "update_ticket", ticket=ticket["id"], changes={"skills": ["french"]}
    )

    assign_after_event(db, ticket)

    assert assignee(db, ticket) == "neighbour"
