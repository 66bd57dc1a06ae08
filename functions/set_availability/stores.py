"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.teams import AgentKeeper, Agents


async def get_agents(database: CallersDatabase) -> AgentKeeper:
    """People at work as the caller may see and change them."""
    return Agents(database)


KeepAgents = Annotated[AgentKeeper, Depends(get_agents)]
