"""Who gets which ticket: claiming, assignment strategies and giving back."""

from .claims import Claim, ClaimRepository, TicketClaims
from .ports import IdleTickets, TicketAssigner
from .repository import AssignmentRepository
from .strategies import (
    STRATEGIES,
    AgentChoice,
    AssignmentStrategy,
    LeastLoaded,
    Ranking,
    RoundRobin,
    SkillMatch,
    agent_choices,
)

__all__ = [
    "STRATEGIES",
    "AgentChoice",
    "AssignmentRepository",
    "AssignmentStrategy",
    "Claim",
    "ClaimRepository",
    "IdleTickets",
    "LeastLoaded",
    "Ranking",
    "RoundRobin",
    "SkillMatch",
    "TicketAssigner",
    "TicketClaims",
    "agent_choices",
]
