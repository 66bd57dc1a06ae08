"""GET /v1/tickets/{id}/comments: all who see it read replies, staff notes."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import HistoryQuery, create_handler, provide
from shared.core.types import Page
from shared.tickets import TicketRef
from shared.tickets.comments import Comment, CommentRepository, Comments

router = APIRouter(tags=["comments"])


class CommentsQuery(HistoryQuery):
    """Which comments, in which order."""

    cursor: str | None = Field(
        default=None,
        description="`next_cursor` of the page before, with the same `sort`.",
    )


@router.get("/v1/tickets/{ticket}/comments")
async def list_comments(
    ticket: TicketRef,
    query: Annotated[CommentsQuery, Query()],
    conversation: Annotated[Comments, provide(CommentRepository)],
) -> Page[Comment]:
    """Return the conversation, oldest or newest first.

    What is said after the last page comes with `after`, the last `position` seen.
    """
    return conversation.read(ticket, query.page(), query.cursor)


handler = create_handler(router)
