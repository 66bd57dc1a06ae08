"""Notifications: the in-app list and preferences; email below."""

from .models import Inbox, Notification, Preference, Preferences, Reading, Unread
from .ports import Notifications
from .repository import NotificationRepository

__all__ = [
    "Inbox",
    "Notification",
    "NotificationRepository",
    "Notifications",
    "Preference",
    "Preferences",
    "Reading",
    "Unread",
]
