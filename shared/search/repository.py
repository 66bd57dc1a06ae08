"""Search over PostgREST."""

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import decode_sort_key, encode_cursor

from .models import FoundComments, FoundTickets, Search, SearchPart, SearchSortKey
from .ports import Searcher


class SearchRepository(Searcher):
    """What the caller may find."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(
        self, search: Search, cursor: str | None, size: int
    ) -> FoundTickets | FoundComments:
        arguments = {
            "q": search.text,
            "part": search.part,
            "queue": search.queue,
            "filters": search.filters.model_dump(mode="json", exclude_none=True),
            "after": decode_sort_key(cursor, SearchSortKey),  # type: ignore[arg-type]
            "page_size": size,
        }
        found = self._database.call("search", arguments)
        page = {**found, "next_cursor": found["next"] and encode_cursor(found["next"])}
        if search.part is SearchPart.COMMENTS:
            return FoundComments.model_validate(page)
        return FoundTickets.model_validate(page)


class SearchIndex:
    """The words that are searched; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rebuild(self) -> bool:
        """Write the next words anew; return whether there were any to look at."""
        return self._database.call("rebuild_search", {}) is not None
