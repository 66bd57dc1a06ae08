"""Telling people what happened, by mail."""

from .letters import LetterWriter, UnwritableAddress
from .mail import Happening, Mail
from .ports import MailWork
from .stores import DueMail
from .wording import SENTENCES

__all__ = [
    "SENTENCES",
    "DueMail",
    "Happening",
    "LetterWriter",
    "Mail",
    "MailWork",
    "UnwritableAddress",
]
