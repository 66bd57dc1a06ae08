"""The database and Auth with the secret key, for what no person may call themselves.

Only functions that act after the database agreed depend on these.
"""

from typing import Annotated

from fastapi import Depends, Request

from shared.core.persistence import Accounts, AuthAccounts, Database, open_database
from shared.core.settings import WorkerSettings

from .source import prove_source


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def get_trusted_database(request: Request) -> Database:
    """Return the database with the secret key, told where the request comes from."""
    settings = WorkerSettings.read()
    key = settings.secret_key.get_secret_value()
    proof = prove_source(request.method, _address(request))
    return open_database(str(settings.url), key, about=proof)


async def get_accounts(request: Request) -> Accounts:
    """Return the accounts of Auth."""
    settings = WorkerSettings.read()
    return AuthAccounts(str(settings.url), settings.secret_key, _address(request))


TrustedDatabase = Annotated[Database, Depends(get_trusted_database)]
TrustedAccounts = Annotated[Accounts, Depends(get_accounts)]
