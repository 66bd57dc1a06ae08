"""Telling people what happened, in a list of their own; how they wish to be told."""

from .models import Inbox, Notification, Preference, Preferences, Reading, Unread
from .ports import NotificationBox
from .stores import Notifications

__all__ = [
    "Inbox",
    "Notification",
    "NotificationBox",
    "Notifications",
    "Preference",
    "Preferences",
    "Reading",
    "Unread",
]
