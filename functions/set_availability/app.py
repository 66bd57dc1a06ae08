"""People at work say whether they are there, and leads what they take and know."""

from typing import Annotated

from fastapi import APIRouter, Body

from shared.core.http import create_handler, provide
from shared.people.agents import (
    Agent,
    AgentChange,
    AgentRef,
    AgentRepository,
    Agents,
    AvailabilityChange,
    LeavingAgent,
)

router = APIRouter(tags=["queues"])
ProvidedAgents = Annotated[Agents, provide(AgentRepository)]


@router.get("/v1/agents/{agent}")
async def get_agent(agent: AgentRef, agents: ProvidedAgents) -> Agent:
    """Return whether somebody is there, what they hold, take and know."""
    return agents.get(agent)


@router.put("/v1/agents/{agent}/availability")
async def set_availability(
    agent: AgentRef, change: AvailabilityChange, agents: ProvidedAgents
) -> LeavingAgent:
    """Say whether I take work now, or somebody whose queue I lead."""
    return agents.set_availability(agent, change)


@router.patch("/v1/agents/{agent}")
async def change_agent(
    agent: AgentRef,
    change: Annotated[AgentChange, Body(default_factory=AgentChange)],
    agents: ProvidedAgents,
) -> Agent:
    """Say how much somebody takes, and what they know."""
    return agents.change(agent, change)


handler = create_handler(router)
