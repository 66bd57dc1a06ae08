"""GET /v1/events: everybody follows what happens to the tickets they may see."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from shared.core.events import DomainEvent
from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page
from shared.outbox import EventFeed, EventFeedRepository

router = APIRouter(tags=["events"])


class FeedQuery(PageQuery):
    """From where to follow; `start` is for who has no cursor yet."""

    start: Literal["beginning", "now"] = "beginning"


@router.get("/v1/events")
async def list_events(
    query: Annotated[FeedQuery, Query()],
    feed: Annotated[EventFeed, provide(EventFeedRepository)],
) -> Page[DomainEvent]:
    """Return what happened after a cursor; nothing is missed, nothing comes twice.

    `next_cursor` is never null: keep it, and go on from it at once while it moves. When
    it is the one you sent, you have everything so far; ask again later, or when
    Realtime says that something happened. A page may be short or empty and not the
    last. Within a ticket, `seq` says what came first.
    """
    now = query.start == "now" and query.cursor is None
    return feed.follow(query.cursor, query.limit, now=now)


handler = create_handler(router)
