"""What these routes may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.feed import ParkedEventKeeper, ParkedEvents
from shared.http import CallersDatabase


async def get_parked_events(database: CallersDatabase) -> ParkedEventKeeper:
    """Parked events as the caller may keep them."""
    return ParkedEvents(database)


KeepParkedEvents = Annotated[ParkedEventKeeper, Depends(get_parked_events)]
