"""What this route may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.boards import BoardReader, Boards
from shared.http import CallersDatabase


async def get_boards(database: CallersDatabase) -> BoardReader:
    """How queues stand that the caller may see."""
    return Boards(database)


ReadBoards = Annotated[BoardReader, Depends(get_boards)]
