"""Notifications: the in-app list and preferences; email below."""

from .models import (
    Inbox,
    Notification,
    Preference,
    Preferences,
    QueuePreference,
    Reading,
    Unread,
)
from .ports import Notifications, QueuePreferences
from .repository import NotificationRepository

__all__ = [
    "Inbox",
    "Notification",
    "NotificationRepository",
    "Notifications",
    "Preference",
    "Preferences",
    "QueuePreference",
    "QueuePreferences",
    "Reading",
    "Unread",
]
