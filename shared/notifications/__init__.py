"""Telling people what happened: their lists, their wishes, and their mail."""

from .letters import LetterWriter, UnwritableAddress
from .mail import Happening, Mail
from .models import Inbox, Notification, Preference, Preferences, Reading, Unread
from .ports import MailWork, NotificationBox
from .stores import DueMail, Notifications
from .wording import SENTENCES

__all__ = [
    "SENTENCES",
    "DueMail",
    "Happening",
    "Inbox",
    "LetterWriter",
    "Mail",
    "MailWork",
    "Notification",
    "NotificationBox",
    "Notifications",
    "Preference",
    "Preferences",
    "Reading",
    "Unread",
    "UnwritableAddress",
]
