"""The database as whoever calls may see it.

Tests and other deployments override the `get_` functions (FastAPI's
`dependency_overrides`).
"""

from functools import lru_cache
from typing import Annotated

from fastapi import Depends, Request

from shared.auth import AccessToken, Authenticator, BearerAuthenticator
from shared.persistence import Database, open_database
from shared.settings import SupabaseSettings

from .source import prove_source


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
    key = settings.publishable_key.get_secret_value()
    return open_database(str(settings.url), key, token, prove_source(request))


CallersDatabase = Annotated[Database, Depends(get_database)]
PublicDatabase = Annotated[Database, Depends(get_public_database)]
