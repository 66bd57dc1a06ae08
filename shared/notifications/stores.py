"""Notifications over PostgREST."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.pages import decode_cursor, page_of
from shared.persistence import Database

from .models import Inbox, Notification, Preference, Reading, Unread


class Notifications:
    """`NotificationBox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, *, unread: bool, cursor: str | None, size: int) -> Inbox:
        """Return what the caller was told, newest first."""
        place = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "only_unread": unread,
            "after": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        answer = self._database.call("list_notifications", asked)
        items = [Notification.model_validate(row) for row in answer["items"]]
        page = page_of(items, size, lambda last: (last.created_at, last.id))
        return Inbox(
            items=page.items, next_cursor=page.next_cursor, unread=answer["unread"]
        )

    def read(self, reading: Reading, key: str | None) -> Unread:
        """Mark as read."""
        asked = {**reading.model_dump(mode="json"), "idempotency_key": key}
        return Unread.model_validate(self._database.call("mark_notifications_read", asked))

    def preferences(self) -> list[Preference]:
        """Return how the caller is told of each type."""
        rows = self._database.call("get_notification_preferences", {})
        return [Preference.model_validate(row) for row in rows]

    def prefer(self, wishes: Sequence[Preference]) -> list[Preference]:
        """Replace the caller's wishes."""
        asked = {"preferences": [wish.model_dump(mode="json") for wish in wishes]}
        rows = self._database.call("set_notification_preferences", asked)
        return [Preference.model_validate(row) for row in rows]
