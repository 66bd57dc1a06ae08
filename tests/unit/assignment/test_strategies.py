import pytest

from shared.assignment import (
    STRATEGIES,
    AgentChoice,
    AssignmentRepository,
    Ranking,
    agent_choices,
)
from shared.core.persistence import open_worker_database


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES.keys())
def test_a_strategy_ranks_by_different_columns(strategy):
    ranking = strategy.pick().ranking

    assert ranking
    assert len(set(ranking)) == len(ranking)


def test_manual_assignment_has_no_strategy():
    assert "manual" not in STRATEGIES


def test_a_further_strategy_goes_beside_ours(rest):
    class Quietest:
        def pick(self):
            return AgentChoice(
                [Ranking.LAST_ASSIGNED_AT, Ranking.LOAD], needs_skills=True
            )

    rest.results["queues_due_for_assignment"] = []
    strategies = {**STRATEGIES, "quietest": Quietest()}

    AssignmentRepository(open_worker_database(), strategies).queues_due_for_assignment()

    [arguments] = rest.arguments("queues_due_for_assignment")
    assert arguments["strategies"][-1] == "quietest"
    assert agent_choices({"quietest": Quietest()}) == {
        "quietest": {"ranking": ["last_assigned_at", "load"], "needs_skills": True}
    }
