"""GET /v1/topics: everybody learns which topics of Realtime to join."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import create_handler, provide
from shared.core.types import Command
from shared.tickets import TicketRef
from shared.topics import TopicList, TopicReader, TopicRepository

router = APIRouter(tags=["events"])


class TopicsQuery(Command):
    """For which ticket; without one, what to join always."""

    ticket: TicketRef | None = None


@router.get("/v1/topics")
async def list_topics(
    query: Annotated[TopicsQuery, Query()],
    topics: Annotated[TopicReader, provide(TopicRepository)],
) -> TopicList:
    """Return the topics to join, by their current names: always, or for a ticket.

    Join them as private channels. When a notice says `TOPICS_CHANGED`, or a channel
    closes, wait a random part of its `spread_ms`, ask again, join what changed, and
    read what happened meanwhile.
    """
    return topics.current(query.ticket)


handler = create_handler(router)
