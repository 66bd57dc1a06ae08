"""Followers, under /v1/tickets/{id}/followers: who else hears of a ticket."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page
from shared.tickets import TicketRef
from shared.tickets.access import (
    Follower,
    FollowerRef,
    FollowerRepository,
    Followers,
)

from .addresses import router as addresses

router = APIRouter(tags=["tickets"])
router.include_router(addresses)
ProvidedFollowers = Annotated[Followers, provide(FollowerRepository)]


@router.get("/v1/tickets/{ticket}/followers")
async def list_followers(
    ticket: TicketRef,
    query: Annotated[PageQuery, Query()],
    followers: ProvidedFollowers,
) -> Page[Follower]:
    """Return who follows a ticket.

    Who reads its notes gets all of them; others themselves, and those who see the
    ticket by following it.
    """
    return followers.page(ticket, query.cursor, query.limit)


@router.put("/v1/tickets/{ticket}/followers/{person}")
async def add_follower(
    ticket: TicketRef, person: FollowerRef, followers: ProvidedFollowers
) -> Follower:
    """Follow a ticket, or let somebody follow it.

    Who did not see it then sees what is public of it, and of nothing else.
    """
    return followers.add(ticket, person)


@router.delete("/v1/tickets/{ticket}/followers/{person}")
async def remove_follower(
    ticket: TicketRef, person: FollowerRef, followers: ProvidedFollowers
) -> Follower:
    """End following a ticket, and seeing it where that was by following alone."""
    return followers.remove(ticket, person)


handler = create_handler(router)
