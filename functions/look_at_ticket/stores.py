"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.repositories import Attention, Tickets


async def get_attention(database: CallersDatabase) -> Attention:
    """What the caller has seen."""
    return Tickets(database)


RememberLooks = Annotated[Attention, Depends(get_attention)]
