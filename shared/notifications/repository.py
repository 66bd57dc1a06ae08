"""Notifications over PostgREST."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import decode_sort_key, parse_rows, read_page

from .models import (
    Inbox,
    Notification,
    Preference,
    QueuePreference,
    Reading,
    Unread,
)
from .ports import Notifications, QueuePreferences


class NotificationRepository(Notifications, QueuePreferences):
    """Notifications and preferences of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(self, *, unread: bool, cursor: str | None, size: int) -> Inbox:
        arguments = {
            "only_unread": unread,
            "after": decode_sort_key(cursor, tuple[datetime, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_notifications", arguments)
        page = read_page(answer, Notification.model_validate)
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

    @override
    def of_queue(self, queue: str) -> QueuePreference:
        row = self._database.call("get_queue_notifications", {"queue": queue})
        return QueuePreference.model_validate(row)

    @override
    def prefer_in_queue(self, queue: str, wish: QueuePreference) -> QueuePreference:
        arguments = {"queue": queue, **wish.model_dump()}
        row = self._database.call("set_queue_notifications", arguments)
        return QueuePreference.model_validate(row)
