"""What this route may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.boards import Boards, LimitKeeper
from shared.http import CallersDatabase


async def get_limits(database: CallersDatabase) -> LimitKeeper:
    """How long tickets may wait, as the caller may say."""
    return Boards(database)


KeepLimits = Annotated[LimitKeeper, Depends(get_limits)]
