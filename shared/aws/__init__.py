"""AWS services behind small interfaces; boto3 is imported when one is first used."""

from .bus import EventBridgeBus, EventBus
from .mail import Mailer, MailRefused, SesMailer
from .queue import EventQueue, SqsQueue, open_event_queue, wake
from .workers import start

__all__ = [
    "EventBridgeBus",
    "EventBus",
    "EventQueue",
    "MailRefused",
    "Mailer",
    "SesMailer",
    "SqsQueue",
    "open_event_queue",
    "start",
    "wake",
]
