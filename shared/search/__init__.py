"""Search: words in tickets and comments."""

from .models import (
    FoundComment,
    FoundComments,
    FoundTicket,
    FoundTickets,
    Highlight,
    Matches,
    Search,
    SearchPart,
    SearchText,
)
from .ports import Searcher
from .repository import SearchIndex, SearchRepository

__all__ = [
    "FoundComment",
    "FoundComments",
    "FoundTicket",
    "FoundTickets",
    "Highlight",
    "Matches",
    "Search",
    "SearchIndex",
    "SearchPart",
    "SearchRepository",
    "SearchText",
    "Searcher",
]
