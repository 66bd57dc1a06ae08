"""POST /v1/tickets/{id}/comments: requesters and staff talk; staff also take notes."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from shared.http import IdempotencyKey, Talk, create_handler
from shared.models import Comment, CommentDraft, TicketRef

router = APIRouter(tags=["comments"])


@router.post("/v1/tickets/{ticket}/comments", status_code=HTTPStatus.CREATED)
async def post_comment(
    ticket: TicketRef,
    draft: CommentDraft,
    conversation: Talk,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Comment:
    """Reply, or take a note. A customer's reply reopens the ticket.

    A reply to a closed ticket opens another one that follows it up: look at
    `ticket_id` and Location.
    """
    comment = conversation.add(ticket, draft, idempotency_key)
    response.headers["Location"] = f"/v1/tickets/{comment.ticket_id}/comments"
    return comment


handler = create_handler(router)
