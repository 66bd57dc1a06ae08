"""What requests say besides their body: keys, pages, and versions as ETags."""

from .etags import IfNoneMatch, is_known, set_etag
from .keys import IdempotencyKey
from .languages import Languages
from .preconditions import IfMatch
from .queries import Commas, EventsQuery, HistoryQuery, PageQuery, StatusList

__all__ = [
    "Commas",
    "EventsQuery",
    "HistoryQuery",
    "IdempotencyKey",
    "IfMatch",
    "IfNoneMatch",
    "Languages",
    "PageQuery",
    "StatusList",
    "is_known",
    "set_etag",
]
