"""Agents: people who work tickets, their availability, capacity and skills."""

from .models import (
    Agent,
    AgentChange,
    AgentRef,
    Availability,
    AvailabilityChange,
    LeavingAgent,
)
from .ports import Agents
from .repository import AgentRepository

__all__ = [
    "Agent",
    "AgentChange",
    "AgentRef",
    "AgentRepository",
    "Agents",
    "Availability",
    "AvailabilityChange",
    "LeavingAgent",
]
