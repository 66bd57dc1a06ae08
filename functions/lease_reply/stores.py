"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.leases import LeaseKeeper, ReplyLeases


async def get_leases(database: CallersDatabase) -> LeaseKeeper:
    """Leases as the caller may hold them."""
    return ReplyLeases(database)


KeepLeases = Annotated[LeaseKeeper, Depends(get_leases)]
