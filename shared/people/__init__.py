"""People, their roles, and agents with their availability."""

from .agents import (
    Agent,
    AgentChange,
    AgentRef,
    Availability,
    AvailabilityChange,
    LeavingAgent,
)
from .models import Me, Person, QueueRef, Role, RoleDefinition, RoleKey
from .ports import Agents, PeopleReader, Roles
from .repository import AgentRepository, PeopleRepository, RoleRepository

__all__ = [
    "Agent",
    "AgentChange",
    "AgentRef",
    "AgentRepository",
    "Agents",
    "Availability",
    "AvailabilityChange",
    "LeavingAgent",
    "Me",
    "PeopleReader",
    "PeopleRepository",
    "Person",
    "QueueRef",
    "Role",
    "RoleDefinition",
    "RoleKey",
    "RoleRepository",
    "Roles",
]
