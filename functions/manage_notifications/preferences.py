"""How the caller is notified of what."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import provide
from shared.core.types import Page
from shared.notifications import (
    NotificationRepository,
    Notifications,
    Preference,
    Preferences,
    QueuePreference,
    QueuePreferences,
)

router = APIRouter()
ProvidedNotifications = Annotated[Notifications, provide(NotificationRepository)]
ProvidedQueuePreferences = Annotated[QueuePreferences, provide(NotificationRepository)]


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


@router.get("/v1/queues/{queue}/notifications")
async def get_queue_preference(
    queue: str, preferences: ProvidedQueuePreferences
) -> QueuePreference:
    """Return how I am notified of new tickets in a queue."""
    return preferences.of_queue(queue)


@router.put("/v1/queues/{queue}/notifications")
async def put_queue_preference(
    queue: str, wish: QueuePreference, preferences: ProvidedQueuePreferences
) -> QueuePreference:
    """Be notified of new tickets in a queue that I am a member of, or no more."""
    return preferences.prefer_in_queue(queue, wish)
