"""Notifications: everybody reads theirs, and chooses how to be notified."""

from typing import Annotated

from fastapi import APIRouter, Query

from shared.core.http import IdempotencyKey, PageQuery, create_handler, provide
from shared.core.types import Page
from shared.notifications import (
    Inbox,
    NotificationRepository,
    Notifications,
    Preference,
    Preferences,
    Reading,
    Unread,
)

router = APIRouter(tags=["notifications"])
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


@router.get("/v1/notification-preferences")
async def get_preferences(box: ProvidedNotifications) -> Page[Preference]:
    """Return my preference for each type of event, defaults included."""
    return Page(items=box.preferences(), next_cursor=None)


@router.put("/v1/notification-preferences")
async def put_preferences(
    wishes: Preferences, box: ProvidedNotifications
) -> Page[Preference]:
    """Replace my preferences; a type that is not named has its default again."""
    return Page(items=box.prefer(wishes.items), next_cursor=None)


handler = create_handler(router)
