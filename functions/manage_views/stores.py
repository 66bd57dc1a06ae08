"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.views import ViewKeeper, Views


async def get_views(database: CallersDatabase) -> ViewKeeper:
    """Views as the caller may keep them."""
    return Views(database)


KeepViews = Annotated[ViewKeeper, Depends(get_views)]
