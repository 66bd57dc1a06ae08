"""Posting to addresses that others have named: signed, guarded, bounded."""

from .addresses import is_public
from .guard import Guard, Refused, Resolve, Target, resolve
from .retries import RetrySchedule, back_off, seconds_asked
from .sender import Answer, Poster, Sender, new_client
from .signatures import signed_headers

__all__ = [
    "Answer",
    "Guard",
    "Poster",
    "Refused",
    "Resolve",
    "RetrySchedule",
    "Sender",
    "Target",
    "back_off",
    "is_public",
    "new_client",
    "resolve",
    "seconds_asked",
    "signed_headers",
]
