"""Notification email: composing, queueing and sending."""

from .composer import EmailComposer, InvalidAddress, open_composer
from .mailer import EmailRejected, Mailer, SesMailer
from .models import Email, EmailEvent
from .queue import EmailQueue, EmailQueueRepository
from .wording import sentence

__all__ = [
    "Email",
    "EmailComposer",
    "EmailEvent",
    "EmailQueue",
    "EmailQueueRepository",
    "EmailRejected",
    "InvalidAddress",
    "Mailer",
    "SesMailer",
    "open_composer",
    "sentence",
]
