"""People at work say whether they are there, and leads what they take and know."""

from fastapi import APIRouter

from shared.http import create_handler
from shared.teams import (
    Agent,
    AgentChange,
    AgentRef,
    AvailabilityChange,
    LeavingAgent,
)

from .stores import KeepAgents

router = APIRouter(tags=["queues"])


@router.get("/v1/agents/{agent}")
async def get_agent(agent: AgentRef, agents: KeepAgents) -> Agent:
    """Return whether somebody is there, what they hold, take and know."""
    return agents.get(agent)


@router.put("/v1/agents/{agent}/availability")
async def set_availability(
    agent: AgentRef, change: AvailabilityChange, agents: KeepAgents
) -> LeavingAgent:
    """Say whether I take work now, or somebody whose queue I lead."""
    return agents.set_availability(agent, change)


@router.patch("/v1/agents/{agent}")
async def change_agent(
    agent: AgentRef, change: AgentChange, agents: KeepAgents
) -> Agent:
    """Say how much somebody takes, and what they know."""
    return agents.change(agent, change)


handler = create_handler(router)
