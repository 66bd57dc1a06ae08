"""Ratings: requesters say how a ticket was solved, signed in or by a link."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import IdempotencyKey, PublicDatabase, create_handler, provide
from shared.tickets import TicketRef
from shared.tickets.ratings import (
    LinkedRating,
    LinkedRatingRepository,
    Rating,
    RatingDraft,
    RatingRepository,
    Ratings,
)

router = APIRouter(tags=["ratings"])


@router.post("/v1/tickets/{ticket}/rating")
async def rate_ticket(
    ticket: TicketRef,
    draft: RatingDraft,
    ratings: Annotated[Ratings, provide(RatingRepository)],
    idempotency_key: IdempotencyKey = None,
) -> Rating:
    """Rate my own solved ticket, good or bad, or change the rating.

    It can be given and changed until `rating_open_for` after the solving.
    """
    return ratings.rate(ticket, draft, idempotency_key)


@router.post("/v1/ratings")
async def rate_by_link(draft: LinkedRating, database: PublicDatabase) -> Rating:
    """Rate a ticket by the link in an email, without signing in.

    Opening the link rates nothing. The same rating again changes nothing.
    """
    return LinkedRatingRepository(database).rate(draft)


handler = create_handler(router)
