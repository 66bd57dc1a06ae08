"""PATCH /v1/tickets/{id}/comments/{comment}: an author corrects what they wrote."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shared.core.http import IfMatch, create_handler, provide, set_etag
from shared.tickets import TicketRef
from shared.tickets.comments import (
    Comment,
    CommentCorrection,
    CommentRef,
    CommentRepository,
    Comments,
)

router = APIRouter(tags=["comments"])


@dataclass(frozen=True)
class CommentPath:
    """Which comment of which ticket."""

    ticket: TicketRef
    comment: CommentRef


@router.patch("/v1/tickets/{ticket}/comments/{comment}")
async def edit_comment(
    path: Annotated[CommentPath, Depends()],
    correction: CommentCorrection,
    conversation: Annotated[Comments, provide(CommentRepository)],
    if_match: IfMatch,
    response: Response,
) -> Comment:
    """Correct my own comment, within the minutes of `comment_editable_for`.

    Staff who read notes see what it said before. Email that is not sent yet has the new
    words.
    """
    corrected = if_match.write(
        lambda version: conversation.correct(
            path.ticket, path.comment, correction, version
        )
    )
    return set_etag(response, corrected)


handler = create_handler(router)
