"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.bulk import BulkKeeper, BulkUpdates
from shared.callers import CallersDatabase


async def get_bulk_updates(database: CallersDatabase) -> BulkKeeper:
    """Bulk updates of the caller's."""
    return BulkUpdates(database)


KeepBulkUpdates = Annotated[BulkKeeper, Depends(get_bulk_updates)]
