"""GET /v1/tickets/{id}/comments: all who see it read replies, staff notes."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page
from shared.tickets import TicketRef
from shared.tickets.comments import Comment, CommentRepository, Comments

router = APIRouter(tags=["comments"])


@router.get("/v1/tickets/{ticket}/comments")
async def list_comments(
    ticket: TicketRef,
    query: Annotated[PageQuery, Query()],
    conversation: Annotated[Comments, provide(CommentRepository)],
) -> Page[Comment]:
    """Return the conversation, oldest first."""
    return conversation.read(ticket, query.cursor, query.limit)


handler = create_handler(router)
