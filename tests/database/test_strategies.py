"""Every strategy against a model of it: a list of people, a list of tickets, a loop."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .cast import grant, id_of, sign_up
from .desk import Desk
from .shifts import give, use

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
    there: bool
    capacity: int
    load: int
    last: int | None
    skills: frozenset[str]

    @property
    def moment(self):
        return NEVER if self.last is None else NOON + timedelta(minutes=self.last)


@dataclass
class Wish:
    """A free ticket; `since` counts minutes."""

    priority: str
    since: int
    skills: frozenset[str]


skills = st.frozensets(st.sampled_from(SKILLS), max_size=2)


def worker(name):
    return st.builds(
        Worker,
        name=st.just(name),
        there=st.sampled_from([True, True, True, False]),
        capacity=st.integers(0, 4),
        load=st.integers(0, 4),
        last=st.none() | st.integers(0, 3),
        skills=skills,
    )


teams = st.tuples(*map(worker, PEOPLE))
wishes = st.lists(
    st.builds(
        Wish,
        priority=st.sampled_from(PRIORITIES),
        since=st.integers(0, 59),
        skills=skills,
    ),
    max_size=6,
    unique_by=lambda wish: wish.since,
)

RANKED_BY = {
    "round_robin": lambda each: (each.moment, id_of(each.name)),
    "least_loaded": lambda each: (each.load, each.moment, id_of(each.name)),
    "skill_match": lambda each: (each.load, each.moment, id_of(each.name)),
}


def expected(strategy, team, tickets):
    """Return who gets which ticket, by minute."""
    told = {}
    order = sorted(tickets, key=lambda w: (PRIORITIES.index(w.priority), w.since))
    for turn, wish in enumerate(order):
        able = [
            each
            for each in team
            if each.there
            and each.load < each.capacity
            and (strategy != "skill_match" or wish.skills <= each.skills)
        ]
        if able:
            chosen = min(able, key=RANKED_BY[strategy])
            chosen.load += 1
            chosen.last = 10_000 + turn
            told[wish.since] = chosen.name
    return told


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


def stored(desk, team, tickets):
    """Store a team and its tickets; return the ids of the tickets by minute."""
    for each in team:
        desk.run(
            "insert into public.agents (person_id, availability, capacity, load,"
            " last_assigned_at, skills) values (%s, %s, %s, %s, %s, %s)",
            id_of(each.name),
            "available" if each.there else "away",
            each.capacity,
            each.load,
            None if each.last is None else each.moment,
            sorted(each.skills),
        )
    return {
        wish.since: desk.one(
            "insert into public.tickets (subject, priority, queue_id, requester_id,"
            " waiting_since, skills) values ('Help', %s, %s, %s, %s, %s) returning id",
            wish.priority,
            id_of("support"),
            id_of("customer"),
            NOON + timedelta(minutes=wish.since),
            sorted(wish.skills),
        )
        for wish in tickets
    }


@pytest.mark.parametrize("strategy", RANKED_BY)
@given(team=teams, tickets=wishes)
@settings(max_examples=60, deadline=None)
def test_who_gets_what_is_what_the_model_says(connection, strategy, team, tickets):
    desk = Desk(connection)
    with connection.transaction(force_rollback=True):
        use(desk, strategy)
        ids = stored(desk, team, tickets)

        gave = total = give(desk)
        while gave:  # as the clock does
            gave = give(desk)
            total += gave

        found = {
            since: desk.one(
                "select assignee_id from public.tickets where id = %s", ticket
            )
            for since, ticket in ids.items()
        }
    told = expected(strategy, team, tickets)
    assert {s: who for s, who in found.items() if who} == {
        since: id_of(name) for since, name in told.items()
    }
    assert total == len(told)
