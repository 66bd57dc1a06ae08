"""The database and the repositories, with the rights of the caller.

Other deployments override the `get_` functions, or what `provider` returns
for a repository (FastAPI's `dependency_overrides`).
"""

from collections.abc import Callable, Coroutine
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from shared.core.auth import AccessToken, Authenticator, BearerAuthenticator
from shared.core.persistence import Accounts, AuthAccounts, Database, open_database
from shared.core.settings import SupabaseSettings, WorkerSettings

from .source import prove_source

Repository = TypeVar("Repository")


async def get_authenticator() -> Authenticator:
    """Return what finds the caller's token."""
    return BearerAuthenticator()


@lru_cache(maxsize=1)
def get_settings() -> SupabaseSettings:
    """Read the settings from the environment, once per container."""
    return SupabaseSettings.read()


async def get_database(
    request: Request,
    authenticator: Annotated[Authenticator, Depends(get_authenticator)],
) -> Database:
    """Return the database with the rights of the caller."""
    token = authenticator.authenticate(request.headers.get("authorization"))
    return _open(request, token)


async def get_public_database(request: Request) -> Database:
    """Return the database with the rights of somebody who has not signed in."""
    return _open(request)


def _open(request: Request, token: AccessToken | None = None) -> Database:
    settings = get_settings()
    key = settings.publishable_key.get_secret_value()
    proof = prove_source(request.method, _address(request))
    return open_database(str(settings.url), key, token, proof)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def get_trusted_database(request: Request) -> Database:
    """Return the database with the secret key, for what no person may call.

    Only functions that act after the database agreed depend on it.
    """
    settings = WorkerSettings.read()
    key = settings.secret_key.get_secret_value()
    proof = prove_source(request.method, _address(request))
    return open_database(str(settings.url), key, about=proof)


async def get_accounts(request: Request) -> Accounts:
    """Return the accounts of Auth, with the secret key."""
    settings = WorkerSettings.read()
    return AuthAccounts(str(settings.url), settings.secret_key, _address(request))


CallersDatabase = Annotated[Database, Depends(get_database)]
PublicDatabase = Annotated[Database, Depends(get_public_database)]
TrustedDatabase = Annotated[Database, Depends(get_trusted_database)]
TrustedAccounts = Annotated[Accounts, Depends(get_accounts)]


@cache
def provider(
    repository: Callable[[Database], Repository],
) -> Callable[[Database], Coroutine[Any, Any, Repository]]:
    """Return the dependency that opens a repository, the same for the same class."""

    async def open_repository(database: CallersDatabase) -> Repository:
        return repository(database)

    return open_repository


def provide(repository: Callable[[Database], Any]) -> Any:  # noqa: ANN401, as Depends
    """Return the dependency that gives a route a repository of the caller.

    Write `tickets: Annotated[TicketReader, provide(TicketRepository)]`.

    Args:
        repository: what is called with the caller's database.
    """
    return Depends(provider(repository))
