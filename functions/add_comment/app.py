"""POST /v1/tickets/{id}/comments: requesters and staff talk; staff also take notes."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IdempotencyKey, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.comments import (
    AddedComment,
    CommentDraft,
    CommentRepository,
    Comments,
)

router = APIRouter(tags=["comments"])


@router.post("/v1/tickets/{ticket}/comments", status_code=HTTPStatus.CREATED)
async def post_comment(
    ticket: TicketRef,
    draft: CommentDraft,
    conversation: Annotated[Comments, provide(CommentRepository)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> AddedComment:
    """Reply, or take a note. A customer's reply reopens the ticket.

    A reply to a closed ticket goes to its follow-up, which is opened if there is none
    that is not closed: `follow_up_of` is the closed ticket, `ticket_id` and Location
    are the follow-up.
    """
    comment = conversation.add(ticket, draft, idempotency_key)
    response.headers["Location"] = f"/v1/tickets/{comment.ticket_id}/comments"
    return comment


handler = create_handler(router)
