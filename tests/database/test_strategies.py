"""Every assignment strategy against a plain model of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .acting import ActingConnection
from .assigning import assign_waiting, set_strategy
from .personas import grant, id_of, sign_up

pytestmark = pytest.mark.slow
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
NEVER = datetime(1, 1, 1, tzinfo=UTC)
PEOPLE = [f"worker{number}" for number in range(4)]
SKILLS = ["tax", "german", "printers"]
PRIORITIES = ["urgent", "high", "normal", "low"]


@dataclass
class Worker:
    """A row of `agents`; `last` counts minutes, None for never."""

    name: str
    available: bool
    capacity: int
    load: int
    last: int | None
    skills: frozenset[str]

    @property
    def assigned_at(self):
        return NEVER if self.last is None else NOON + timedelta(minutes=self.last)


@dataclass
class FreeTicket:
    """An unassigned ticket; `since` counts minutes."""

    priority: str
    since: int
    skills: frozenset[str]


skills = st.frozensets(st.sampled_from(SKILLS), max_size=2)


def worker(name):
    return st.builds(
        Worker,
        name=st.just(name),
        available=st.sampled_from([True, True, True, False]),
        capacity=st.integers(0, 4),
        load=st.integers(0, 4),
        last=st.none() | st.integers(0, 3),
        skills=skills,
    )


teams = st.tuples(*map(worker, PEOPLE))
ticket_lists = st.lists(
    st.builds(
        FreeTicket,
        priority=st.sampled_from(PRIORITIES),
        since=st.integers(0, 59),
        skills=skills,
    ),
    max_size=6,
    unique_by=lambda ticket: ticket.since,
)

RANKED_BY = {
    "round_robin": lambda each: (each.assigned_at, id_of(each.name)),
    "least_loaded": lambda each: (each.load, each.assigned_at, id_of(each.name)),
    "skill_match": lambda each: (each.load, each.assigned_at, id_of(each.name)),
}


def expected(strategy, team, tickets):
    """Return who gets which ticket, by minute."""
    assigned = {}
    order = sorted(tickets, key=lambda w: (PRIORITIES.index(w.priority), w.since))
    for turn, ticket in enumerate(order):
        able = [
            each
            for each in team
            if each.available
            and each.load < each.capacity
            and (strategy != "skill_match" or ticket.skills <= each.skills)
        ]
        if able:
            chosen = min(able, key=RANKED_BY[strategy])
            chosen.load += 1
            chosen.last = 10_000 + turn
            assigned[ticket.since] = chosen.name
    return assigned


@pytest.fixture(scope="module")
def connection(session_connection):
    """With the workers signed up, for the time of these tests."""
    with session_connection.transaction(force_rollback=True):
        for name in PEOPLE:
            sign_up(session_connection, name)
            grant(session_connection, name, "agent")
            session_connection.execute(
                "insert into public.queue_members (queue_id, person_id)"
                " values (%s, %s)",
                [id_of("support"), id_of(name)],
            )
        yield session_connection


def stored(db, team, tickets):
    """Store a team and its tickets; return the ids of the tickets by minute."""
    for each in team:
        db.execute(
            "insert into public.agents (person_id, availability, capacity, load,"
            " last_assigned_at, skills) values (%s, %s, %s, %s, %s, %s)",
            id_of(each.name),
            "available" if each.available else "away",
            each.capacity,
            each.load,
            None if each.last is None else each.assigned_at,
            sorted(each.skills),
        )
    return {
        ticket.since: db.scalar(
            "insert into public.tickets (subject, priority, queue_id, requester_id,"
            " waiting_since, skills) values ('Help', %s, %s, %s, %s, %s) returning id",
            ticket.priority,
            id_of("support"),
            id_of("customer"),
            NOON + timedelta(minutes=ticket.since),
            sorted(ticket.skills),
        )
        for ticket in tickets
    }


@pytest.mark.parametrize("strategy", RANKED_BY)
@given(team=teams, tickets=ticket_lists)
@settings(max_examples=60, deadline=None)
def test_strategies_assign_as_the_model_does(connection, strategy, team, tickets):
    db = ActingConnection(connection)
    with connection.transaction(force_rollback=True):
        set_strategy(db, strategy)
        ids = stored(db, team, tickets)

        assigned_now = total = assign_waiting(db)
        while assigned_now:  # as the scheduler does
            assigned_now = assign_waiting(db)
            total += assigned_now

        found = {
            since: db.scalar(
                "select assignee_id from public.tickets where id = %s", ticket
            )
            for since, ticket in ids.items()
        }
    assigned = expected(strategy, team, tickets)
    assert {s: who for s, who in found.items() if who} == {
        since: id_of(name) for since, name in assigned.items()
    }
    assert total == len(assigned)
