"""Notifications over PostgREST."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import decode_sort_key, page_of, parse_rows

from .models import Inbox, Notification, Preference, Reading, Unread
from .ports import Notifications


class NotificationRepository(Notifications):
    """Notifications and preferences of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(self, *, unread: bool, cursor: str | None, size: int) -> Inbox:
        arguments = {
            "only_unread": unread,
            "after": decode_sort_key(cursor, tuple[datetime, UUID]),
            "page_size": size + 1,
        }
        answer = self._database.call("list_notifications", arguments)
        page = page_of(
            answer["items"], size, Notification.model_validate, "created_at", "id"
        )
        return Inbox(
            items=page.items, next_cursor=page.next_cursor, unread=answer["unread"]
        )

    @override
    def read(self, reading: Reading, key: str | None) -> Unread:
        arguments = {**reading.model_dump(mode="json"), "idempotency_key": key}
        return Unread.model_validate(
            self._database.call("mark_notifications_read", arguments)
        )

    @override
    def preferences(self) -> list[Preference]:
        rows = self._database.call("get_notification_preferences", {})
        return parse_rows(rows, Preference.model_validate)

    @override
    def prefer(self, wishes: Sequence[Preference]) -> list[Preference]:
        arguments = {"preferences": [wish.model_dump(mode="json") for wish in wishes]}
        rows = self._database.call("set_notification_preferences", arguments)
        return parse_rows(rows, Preference.model_validate)
