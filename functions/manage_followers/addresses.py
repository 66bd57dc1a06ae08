"""Followers by address: whoever would stand in the copies of a mail."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response

from shared.core.http import IdempotencyKey, provide
from shared.tickets import TicketRef
from shared.tickets.access import (
    Follower,
    FollowerDraft,
    FollowerRepository,
    Followers,
)

router = APIRouter()


@router.post("/v1/tickets/{ticket}/followers", status_code=HTTPStatus.CREATED)
async def add_follower_by_email(
    ticket: TicketRef,
    draft: FollowerDraft,
    followers: Annotated[Followers, provide(FollowerRepository)],
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Follower:
    """Let whoever has an address follow a ticket, as a copy of a mail would.

    Who is not known becomes a person without an account, who sees this ticket alone.
    """
    response.headers["Location"] = f"/v1/tickets/{ticket}/followers"
    return followers.add_by_email(ticket, draft, idempotency_key)
