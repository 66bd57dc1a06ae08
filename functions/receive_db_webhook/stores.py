"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import PublicDatabase
from shared.outbox import EventIntake, Hooks


async def get_hooks(database: PublicDatabase) -> EventIntake:
    """Events, as whoever proves to be our database may hand them in."""
    return Hooks(database)


TakeEvents = Annotated[EventIntake, Depends(get_hooks)]
