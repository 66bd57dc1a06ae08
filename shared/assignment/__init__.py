"""Who is given which ticket."""

from .ports import IdleWork, WorkGiver
from .strategies import (
    STRATEGIES,
    AssignmentStrategy,
    LeastLoaded,
    Pick,
    Ranking,
    RoundRobin,
    SkillMatch,
    picks,
)
from .work import Assignments

__all__ = [
    "STRATEGIES",
    "AssignmentStrategy",
    "Assignments",
    "IdleWork",
    "LeastLoaded",
    "Pick",
    "Ranking",
    "RoundRobin",
    "SkillMatch",
    "WorkGiver",
    "picks",
]
