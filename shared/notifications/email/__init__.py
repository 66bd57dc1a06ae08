"""Notification email: composing, queueing and sending."""

from .composer import EmailComposer, open_composer
from .headers import InvalidAddress
from .mailer import EmailRejected, Mailer, SesMailer
from .models import Email, EmailEvent, OutgoingEmail
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
    "OutgoingEmail",
    "SesMailer",
    "open_composer",
    "sentence",
]
