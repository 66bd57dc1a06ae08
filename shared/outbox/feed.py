"""The event feed and the dead letters over PostgREST."""

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from shared.core.events import DomainEvent, parse_event
from shared.core.persistence import Database
from shared.core.types import (
    EncryptedPosition,
    Page,
    decode_cursor,
    decode_sort_key,
    encode_cursor,
    parse_rows,
    read_page,
)

from .models import DeadLetter, EventRetry
from .ports import DeadLetters, EventFeed


class EventFeedRepository(EventFeed):
    """Events as the caller may see them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def follow(self, cursor: str | None, size: int, *, now: bool) -> Page[DomainEvent]:
        sort_key = decode_cursor(cursor, tuple[EncryptedPosition])
        arguments = {
            "after": sort_key and sort_key[0],
            "page_size": size,
            "from_now": now,
        }
        answer = self._database.call("list_events", arguments)
        items = parse_rows(answer["items"], parse_event)
        return Page(items=items, next_cursor=encode_cursor([answer["cursor"]]))


class DeadLetterRepository(DeadLetters):
    """Dead letters; needs `events.manage`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(self, cursor: str | None, size: int) -> Page[DeadLetter]:
        arguments = {
            "after": decode_sort_key(cursor, tuple[datetime, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_dead_letters", arguments)
        return read_page(answer, DeadLetter.model_validate)

    @override
    def retry(self, event: UUID, key: str | None) -> EventRetry:
        arguments = {"event": str(event), "idempotency_key": key}
        answer = self._database.call("retry_dead_letter", arguments)
        return EventRetry.model_validate(answer)
