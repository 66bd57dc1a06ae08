"""What a route may ask for. It names a port; here stands who provides it.

Tests and other deployments override the `get_` functions (FastAPI's
`dependency_overrides`).
"""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request

from shared.auth import AccessToken, Authenticator, BearerAuthenticator, source_headers
from shared.persistence import Database, open_database
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
from shared.settings import SupabaseSettings


async def get_authenticator() -> Authenticator:
    """How the caller's token is found."""
    return BearerAuthenticator()


@lru_cache(maxsize=1)
def get_settings() -> SupabaseSettings:
    """The environment, read once per container."""
    return SupabaseSettings.read()


async def get_database(
    request: Request,
    authenticator: Annotated[Authenticator, Depends(get_authenticator)],
) -> Database:
    """The database as the caller may see it."""
    token = authenticator.authenticate(request.headers.get("authorization"))
    return _open(request, token)


async def get_public_database(request: Request) -> Database:
    """The database as somebody may see it who has not signed in."""
    return _open(request)


def _open(request: Request, token: AccessToken | None = None) -> Database:
    settings = get_settings()
    address = request.client.host if request.client else ""  # API Gateway's word
    return open_database(
        str(settings.url),
        settings.publishable_key.get_secret_value(),
        token,
        source_headers(address, settings.source_secret.get_secret_value()),
    )


CallersDatabase = Annotated[Database, Depends(get_database)]


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


PublicDatabase = Annotated[Database, Depends(get_public_database)]
ReadTickets = Annotated[TicketReader, Depends(get_tickets)]
WriteTickets = Annotated[TicketWriter, Depends(get_tickets)]
Talk = Annotated[Conversation, Depends(get_conversation)]
ReadQueues = Annotated[QueueReader, Depends(get_queues)]
ReadPeople = Annotated[PeopleReader, Depends(get_people)]
KeepRoles = Annotated[RoleKeeper, Depends(get_roles)]
