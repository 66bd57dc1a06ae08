"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.feed import ParkedEventKeeper, ParkedEvents


async def get_parked_events(database: CallersDatabase) -> ParkedEventKeeper:
    """Parked events as the caller may keep them."""
    return ParkedEvents(database)


KeepParkedEvents = Annotated[ParkedEventKeeper, Depends(get_parked_events)]
