"""What can go wrong, in the language of the help desk."""

from .kinds import (
    AppError,
    Conflict,
    Denied,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from .pointers import pointer_to
from .sentences import sentence_of

__all__ = [
    "AppError",
    "Conflict",
    "Denied",
    "Invalid",
    "Malformed",
    "NotFound",
    "Stale",
    "TooLarge",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "Unsupported",
    "pointer_to",
    "sentence_of",
]
