"""AWS services behind small interfaces; boto3 is imported when one is first used."""

from .bus import EventBridgeBus, EventBus, open_event_bus
from .mail import Mailer, MailRefused, SesMailer
from .queue import EventQueue, SqsQueue, open_event_queue, send_message
from .workers import start

__all__ = [
    "EventBridgeBus",
    "EventBus",
    "EventQueue",
    "MailRefused",
    "Mailer",
    "SesMailer",
    "SqsQueue",
    "open_event_bus",
    "open_event_queue",
    "send_message",
    "start",
]
