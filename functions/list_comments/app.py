"""GET /v1/tickets/{id}/comments: all who see it read replies, staff notes."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.http import PageQuery, Talk, create_handler
from shared.models import Comment, TicketRef
from shared.pages import Page

router = APIRouter(tags=["comments"])


@router.get("/v1/tickets/{ticket}/comments")
async def list_comments(
    ticket: TicketRef, query: Annotated[PageQuery, Query()], conversation: Talk
) -> Page[Comment]:
    """Return the conversation, oldest first."""
    return conversation.read(ticket, query.cursor, query.limit)


handler = create_handler(router)
