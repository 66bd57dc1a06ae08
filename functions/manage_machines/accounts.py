"""What gives a new machine user its account, as the routes depend on it."""

from typing import Annotated

from fastapi import Depends

from shared.core.http import TrustedAccounts, TrustedDatabase

from .use_case import AccountMaker


async def get_account_maker(
    database: TrustedDatabase, accounts: TrustedAccounts
) -> AccountMaker:
    """Return what creates accounts in Auth, with the secret key."""
    return AccountMaker(database, accounts)


ProvidedAccountMaker = Annotated[AccountMaker, Depends(get_account_maker)]
