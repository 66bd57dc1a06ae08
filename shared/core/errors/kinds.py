"""The few kinds of failure; a slug may narrow one, the kind decides the status."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class AppError(Exception):
    """Something went wrong on our side."""

    slug: ClassVar[str] = "internal-error"
    errors: Sequence[Mapping[str, Any]] | None = None  # places, as pointer and detail

    def __init__(self, detail: str | None = None, slug: str | None = None) -> None:
        super().__init__(slug or self.slug)
        self.detail = detail
        self.problem = slug or self.slug

    @property
    def title(self) -> str:
        """The first line of the class docstring, shown to clients."""
        return (type(self).__doc__ or "").strip().splitlines()[0]


class Malformed(AppError):
    """The request cannot be read."""

    slug = "malformed"


class Invalid(AppError):
    """The request does not make sense."""

    slug = "invalid"


class TooLarge(AppError):
    """The request is too large."""

    slug = "too-large"


class Unsupported(AppError):
    """The request is of a type that is not read here."""

    slug = "unsupported"


class Unauthenticated(AppError):
    """Sign in first."""

    slug = "unauthenticated"


class Denied(AppError):
    """Your roles do not allow this."""

    slug = "denied"


class NotFound(AppError):
    """There is no such thing, or it is not yours to see."""

    slug = "not-found"


class Conflict(AppError):
    """The request does not fit the current state."""

    slug = "conflict"


class Stale(AppError):
    """It has changed since you read it."""

    slug = "stale"


class TooMany(AppError):
    """Too many requests. Wait a moment."""

    slug = "too-many-requests"

    def __init__(
        self, detail: str | None = None, slug: str | None = None, seconds: int = 2
    ) -> None:
        super().__init__(detail, slug)
        self.seconds = seconds  # to wait


class Unavailable(AppError):
    """The database cannot answer now. Try again in a moment."""

    slug = "unavailable"
