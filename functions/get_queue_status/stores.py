"""What this route may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.boards import BoardReader, Boards
from shared.callers import CallersDatabase


async def get_boards(database: CallersDatabase) -> BoardReader:
    """How queues stand that the caller may see."""
    return Boards(database)


ReadBoards = Annotated[BoardReader, Depends(get_boards)]
