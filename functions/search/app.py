"""GET /v1/search: anybody signed in finds tickets and comments by their words."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import create_handler, provide
from shared.search import FoundComments, FoundTickets, Searcher, SearchRepository

from .query import SearchQuery

router = APIRouter(tags=["tickets"])


@router.get("/v1/search")
async def search(
    query: Annotated[SearchQuery, Query()],
    searcher: Annotated[Searcher, provide(SearchRepository)],
) -> FoundTickets | FoundComments:
    """Return what I may see and what matches, the best of the newest first.

    The newest 200 matches are ranked, then the 200 before them. A page may come short
    and not be the last: go on while `next_cursor` is not null.
    """
    return searcher.find(query.search(), query.cursor, query.limit)


handler = create_handler(router)
