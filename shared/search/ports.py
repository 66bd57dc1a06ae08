"""What use cases may ask of search. Each method is one round trip, one transaction."""

from typing import Protocol

from .models import FoundComments, FoundTickets, Search


class Searcher(Protocol):
    """Finding tickets and comments by their words."""

    def find(
        self, search: Search, cursor: str | None, size: int
    ) -> FoundTickets | FoundComments:
        """Return what the caller may see and matches: the best of the newest first.

        May raise `Unauthenticated`, `Invalid`, `Malformed` and `Unavailable`.
        """
        ...
