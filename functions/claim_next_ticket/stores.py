"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.teams import Claims, WorkTaker


async def get_claims(database: CallersDatabase) -> WorkTaker:
    """The next ticket, as the caller may take it."""
    return Claims(database)


TakeWork = Annotated[WorkTaker, Depends(get_claims)]
