"""What use cases may ask about agents. Each method is one round trip, one transaction.

Every method may raise `Unauthenticated` and `Unavailable`; methods name further errors.
"""

from typing import Protocol

from .models import Agent, AgentChange, AgentRef, AvailabilityChange, LeavingAgent


class Agents(Protocol):
    """Agents: availability, capacity and skills."""

    def get(self, agent: AgentRef) -> Agent:
        """Return an agent, or raise `NotFound`, `Denied`."""
        ...

    def set_availability(
        self, agent: AgentRef, change: AvailabilityChange
    ) -> LeavingAgent:
        """Set their availability; raise `NotFound`, `Denied`."""
        ...

    def change(self, agent: AgentRef, change: AgentChange) -> Agent:
        """Change capacity and skills; raise `NotFound`, `Denied`, `Invalid`."""
        ...
