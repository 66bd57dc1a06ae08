"""What this route may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.http import CallersDatabase
from shared.teams import Claims, WorkTaker


async def get_claims(database: CallersDatabase) -> WorkTaker:
    """The next ticket, as the caller may take it."""
    return Claims(database)


TakeWork = Annotated[WorkTaker, Depends(get_claims)]
