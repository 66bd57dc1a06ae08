import pytest

from shared.assignment import (
    STRATEGIES,
    AgentChoice,
    AssignmentRepository,
    Ranking,
    agent_choices,
)
from tests.fakes import FakeDatabase


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES.keys())
def test_a_strategy_ranks_by_something_and_by_nothing_twice(strategy):
    ranking = strategy.pick().ranking

    assert ranking
    assert len(set(ranking)) == len(ranking)


def test_manual_has_no_strategy_because_it_gives_nothing():
    assert "manual" not in STRATEGIES


def test_a_strategy_of_ones_own_goes_beside_ours():
    class Quietest:
        def pick(self):
            return AgentChoice(
                [Ranking.LAST_ASSIGNED_AT, Ranking.LOAD], needs_skills=True
            )

    database = FakeDatabase({"queues_due_for_assignment": []})

    AssignmentRepository(
        database, {**STRATEGIES, "quietest": Quietest()}
    ).queues_due_for_assignment()

    [(_, asked)] = database.calls
    assert asked["strategies"][-1] == "quietest"
    assert agent_choices({"quietest": Quietest()}) == {
        "quietest": {"ranking": ["last_assigned_at", "load"], "needs_skills": True}
    }
