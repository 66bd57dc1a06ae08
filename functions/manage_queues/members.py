"""Who works a queue."""

from uuid import UUID

from fastapi import APIRouter

from shared.pages import Page
from shared.teams import Member

from .stores import KeepMembers

router = APIRouter()


@router.get("/v1/queues/{queue}/members")
async def list_members(queue: str, members: KeepMembers) -> Page[Member]:
    """Return who works a queue, whether they are there, and what they hold."""
    return Page(items=members.members(queue), next_cursor=None)


@router.put("/v1/queues/{queue}/members/{person}")
async def add_member(queue: str, person: UUID, members: KeepMembers) -> Member:
    """Let a person work a queue."""
    return members.add(queue, person)


@router.delete("/v1/queues/{queue}/members/{person}")
async def remove_member(queue: str, person: UUID, members: KeepMembers) -> Member:
    """End that a person works a queue; what they hold goes back to it."""
    return members.remove(queue, person)
