"""POST /v1/tickets/{id}/comments/{comment}/redaction: words that must not stay go."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.comments import Comment, CommentRef, CommentRepository, Comments

router = APIRouter(tags=["comments"])


@router.post("/v1/tickets/{ticket}/comments/{comment}/redaction")
async def redact_comment(
    ticket: TicketRef,
    comment: CommentRef,
    conversation: Annotated[Comments, provide(CommentRepository)],
    idempotency_key: IdempotencyKey = None,
) -> Comment:
    """Take the words out of a comment, for good, also on a closed ticket.

    That there was a comment, when and by whom, stays; email that is not sent yet goes
    without the words.
    """
    return conversation.redact(ticket, comment, idempotency_key)


handler = create_handler(router)
