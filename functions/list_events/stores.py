"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.feed import EventFeed, Feed


async def get_feed(database: CallersDatabase) -> EventFeed:
    """Events as the caller may see them."""
    return Feed(database)


FollowEvents = Annotated[EventFeed, Depends(get_feed)]
