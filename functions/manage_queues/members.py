"""Who works a queue."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.core.http import provide
from shared.core.types import Page
from shared.queues.administration import Member, QueueAdministration, QueueMembers

router = APIRouter()
ProvidedQueueMembers = Annotated[QueueMembers, provide(QueueAdministration)]


@router.get("/v1/queues/{queue}/members")
async def list_members(queue: str, members: ProvidedQueueMembers) -> Page[Member]:
    """Return who works a queue, whether they are there, and what they hold."""
    return Page(items=members.members(queue), next_cursor=None)


@router.put("/v1/queues/{queue}/members/{person}")
async def add_member(queue: str, person: UUID, members: ProvidedQueueMembers) -> Member:
    """Let a person work a queue."""
    return members.add(queue, person)


@router.delete("/v1/queues/{queue}/members/{person}")
async def remove_member(
    queue: str, person: UUID, members: ProvidedQueueMembers
) -> Member:
    """End that a person works a queue; what they hold goes back to it."""
    return members.remove(queue, person)
