"""What this route may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.feed import EventFeed, Feed
from shared.http import CallersDatabase


async def get_feed(database: CallersDatabase) -> EventFeed:
    """Events as the caller may see them."""
    return Feed(database)


FollowEvents = Annotated[EventFeed, Depends(get_feed)]
