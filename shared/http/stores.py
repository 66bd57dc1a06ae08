"""What a route may ask for. It names a port; here stands who provides it.

Tests and other deployments override the `get_` functions (FastAPI's
`dependency_overrides`).
"""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.repositories import (
    Comments,
    Conversation,
    People,
    PeopleReader,
    QueueReader,
    Queues,
    RoleKeeper,
    Roles,
    TicketReader,
    Tickets,
    TicketWriter,
)


async def get_tickets(database: CallersDatabase) -> Tickets:
    """Tickets as the caller may see and change them."""
    return Tickets(database)


async def get_conversation(database: CallersDatabase) -> Conversation:
    """Comments as the caller may read and write them."""
    return Comments(database)


async def get_queues(database: CallersDatabase) -> QueueReader:
    """Queues as the caller may see them."""
    return Queues(database)


async def get_people(database: CallersDatabase) -> PeopleReader:
    """People as the caller may see them."""
    return People(database)


async def get_roles(database: CallersDatabase) -> RoleKeeper:
    """Roles as the caller may keep them."""
    return Roles(database)


ReadTickets = Annotated[TicketReader, Depends(get_tickets)]
WriteTickets = Annotated[TicketWriter, Depends(get_tickets)]
Talk = Annotated[Conversation, Depends(get_conversation)]
ReadQueues = Annotated[QueueReader, Depends(get_queues)]
ReadPeople = Annotated[PeopleReader, Depends(get_people)]
KeepRoles = Annotated[RoleKeeper, Depends(get_roles)]
