"""Queues, the people who work them, and whether they are there."""

from .models import (
    Agent,
    AgentChange,
    AgentRef,
    AvailabilityChange,
    Claim,
    LeavingAgent,
    Member,
    QueueChange,
    QueueDraft,
)
from .ports import AgentKeeper, MemberKeeper, QueueKeeper, WorkTaker
from .stores import Agents, Claims, TeamQueues

__all__ = [
    "Agent",
    "AgentChange",
    "AgentKeeper",
    "AgentRef",
    "Agents",
    "AvailabilityChange",
    "Claim",
    "Claims",
    "LeavingAgent",
    "Member",
    "MemberKeeper",
    "QueueChange",
    "QueueDraft",
    "QueueKeeper",
    "TeamQueues",
    "WorkTaker",
]
