"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.teams import MemberKeeper, QueueKeeper, TeamQueues


async def get_team_queues(database: CallersDatabase) -> TeamQueues:
    """Queues as the caller may keep them."""
    return TeamQueues(database)


KeepQueues = Annotated[QueueKeeper, Depends(get_team_queues)]
KeepMembers = Annotated[MemberKeeper, Depends(get_team_queues)]
