"""POST /v1/tickets/{id}/comments: requesters and staff talk; staff also take notes."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shared.core.http import IdempotencyKey, IfMatch, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.comments import (
    AddedComment,
    CommentDraft,
    CommentRepository,
    Comments,
)

router = APIRouter(tags=["comments"])


@dataclass(frozen=True)
class Terms:
    """How often a comment is added, and to which version of its ticket."""

    if_match: IfMatch
    idempotency_key: IdempotencyKey = None


@router.post("/v1/tickets/{ticket}/comments", status_code=HTTPStatus.CREATED)
async def post_comment(
    ticket: TicketRef,
    draft: CommentDraft,
    conversation: Annotated[Comments, provide(CommentRepository)],
    terms: Annotated[Terms, Depends()],
    response: Response,
) -> AddedComment:
    """Reply, or take a note. A customer's reply reopens the ticket.

    A reply to a closed ticket goes to its follow-up, which is opened if there is none
    that is not closed: `follow_up_of` is the closed ticket, `ticket_id` and Location
    are the follow-up. With `then`, the comment and the change of the ticket are one
    step, which happens whole or not at all.
    """
    comment = terms.if_match.write(
        lambda version: conversation.add(ticket, draft, terms.idempotency_key, version)
    )
    response.headers["Location"] = f"/v1/tickets/{comment.ticket_id}/comments"
    return comment


handler = create_handler(router)
