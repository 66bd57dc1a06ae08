"""The notifications of the caller."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import IdempotencyKey, PageQuery, provide
from shared.notifications import (
    Inbox,
    NotificationRepository,
    Notifications,
    Reading,
    Unread,
)

router = APIRouter()
ProvidedNotifications = Annotated[Notifications, provide(NotificationRepository)]


class InboxQuery(PageQuery):
    """Which notifications: all, or with `unread` only those not read yet."""

    unread: bool = False


@router.get("/v1/notifications")
async def list_notifications(
    query: Annotated[InboxQuery, Query()], box: ProvidedNotifications
) -> Inbox:
    """Return my notifications that I may still see, and how many are unread."""
    return box.page(unread=query.unread, cursor=query.cursor, size=query.limit)


@router.post("/v1/notifications/read")
async def read_notifications(
    reading: Reading, box: ProvidedNotifications, idempotency_key: IdempotencyKey = None
) -> Unread:
    """Mark some notifications as read, or everything up to one."""
    return box.read(reading, idempotency_key)
