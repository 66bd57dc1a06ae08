"""How a queue chooses who is given a ticket: one class a strategy, in one table.

A class says how people are ranked, and whether skills count. Who may be given work at
all, and that nobody gets more than they take, is decided in the database under locks;
so a strategy cannot doubly assign, and needs no test for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Ranking(StrEnum):
    """What people are ranked by, lowest first; columns of `agents`."""

    LAST_ASSIGNED_AT = "last_assigned_at"
    """Who has waited longest since their last ticket; who never got one comes first."""
    LOAD = "load"
    """Who holds the fewest new and open tickets."""


@dataclass(frozen=True)
class AgentChoice:
    """Whom to choose among the agents who may be assigned a ticket.

    Attributes:
        ranking: by what, the most important first; ties go by id.
        needs_skills: whether all skills that the ticket takes are needed.
    """

    ranking: Sequence[Ranking]
    needs_skills: bool = False


class AssignmentStrategy(Protocol):
    """Extension point: one class a strategy, listed in `STRATEGIES` below.

    Its key is a row of `assignment_strategies`, so a migration goes with it.
    """

    def pick(self) -> AgentChoice:
        """Return whom to choose."""
        ...


class RoundRobin:
    """In turns: whoever has waited longest since their last ticket."""

    def pick(self) -> AgentChoice:
        """Rank by time alone."""
        return AgentChoice([Ranking.LAST_ASSIGNED_AT])


class LeastLoaded:
    """Whoever holds least; in turns among those who hold the same."""

    def pick(self) -> AgentChoice:
        """Rank by load, then by time."""
        return AgentChoice([Ranking.LOAD, Ranking.LAST_ASSIGNED_AT])


class SkillMatch:
    """Whoever knows what it takes, and of those who holds least."""

    def pick(self) -> AgentChoice:
        """Rank by load, then by time, those who have every skill."""
        return AgentChoice([Ranking.LOAD, Ranking.LAST_ASSIGNED_AT], needs_skills=True)


STRATEGIES: Mapping[str, AssignmentStrategy] = {
    "round_robin": RoundRobin(),
    "least_loaded": LeastLoaded(),
    "skill_match": SkillMatch(),
}
"""Which strategy a queue's key means; `manual` has none, because it gives nothing."""


def agent_choices(
    strategies: Mapping[str, AssignmentStrategy] = STRATEGIES,
) -> dict[str, Any]:
    """Return every strategy in the form that the database takes."""
    choices = {key: strategy.pick() for key, strategy in strategies.items()}
    return {
        key: {"ranking": list(pick.ranking), "needs_skills": pick.needs_skills}
        for key, pick in choices.items()
    }
