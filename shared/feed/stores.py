"""Events across tickets, over PostgREST."""

from datetime import datetime
from uuid import UUID

from shared.events import DomainEvent, parse_event
from shared.pages import Page, decode_cursor, encode_cursor, page_of
from shared.persistence import Database

from .models import EventRetry, ParkedEvent


class Feed:
    """`EventFeed`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, cursor: str | None, size: int, *, now: bool) -> Page[DomainEvent]:
        """Return what comes after a cursor."""
        place = decode_cursor(cursor, tuple[int, int])
        asked = {"after": place and [*place], "page_size": size, "from_now": now}
        answer = self._database.call("list_events", asked)
        items = [parse_event(row) for row in answer["items"]]
        return Page(items=items, next_cursor=encode_cursor(answer["place"]))


class ParkedEvents:
    """`ParkedEventKeeper`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, cursor: str | None, size: int) -> Page[ParkedEvent]:
        """Return those put aside, oldest first."""
        place = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "after": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_dead_letters", asked)
        events = [ParkedEvent.model_validate(row) for row in rows]
        return page_of(events, size, lambda last: (last.parked_at, last.event_id))

    def retry(self, event: UUID, key: str | None) -> EventRetry:
        """Let the workers try again."""
        asked = {"event": str(event), "idempotency_key": key}
        answer = self._database.call("retry_dead_letter", asked)
        return EventRetry.model_validate(answer)
