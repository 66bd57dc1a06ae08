"""Who works a queue."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.core.http import PageQuery, provide
from shared.core.types import Page, SingleLine
from shared.queues.administration import (
    Assignable,
    Member,
    QueueAdministration,
    QueueMembers,
)

router = APIRouter()
ProvidedQueueMembers = Annotated[QueueMembers, provide(QueueAdministration)]


class AssignableQuery(PageQuery):
    """Which people, by name."""

    search: Annotated[SingleLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="A part of a name."
    )


@router.get("/v1/queues/{queue}/members")
async def list_members(queue: str, members: ProvidedQueueMembers) -> Page[Member]:
    """Return who works a queue, whether they are there, and what they hold."""
    return Page(items=members.members(queue), next_cursor=None)


@router.get("/v1/queues/{queue}/assignable")
async def list_assignable(
    queue: str,
    query: Annotated[AssignableQuery, Query()],
    members: ProvidedQueueMembers,
) -> Page[Assignable]:
    """Return to whom tickets of a queue may be assigned, and what they hold.

    Its members who can work it, and who works every queue; those who are away, too.
    """
    return members.assignable(queue, query.search, query.cursor, query.limit)


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
