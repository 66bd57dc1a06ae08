"""What an uploaded file must pass before anybody is given it."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from shared.files import FileToCheck

from .types import contradicts


class FileCheck(Protocol):
    """Extension point: a check of the bytes, listed in `CHECKS`; a virus scan is one.

    What it cannot decide now it raises as `Unavailable`: the file is then checked
    again, and is not given out before.
    """

    def __call__(self, file: FileToCheck, content: bytes) -> str | None:
        """Return why a file is refused, as a slug of its own, or None."""
        ...


def check_size(file: FileToCheck, content: bytes) -> str | None:
    """Compare the number of bytes with what was announced."""
    return None if len(content) == file.size else "wrong-size"


def check_sum(file: FileToCheck, content: bytes) -> str | None:
    """Compare the SHA-256 with the one that was announced, if one was."""
    found = sha256(content).hexdigest()
    return None if file.sha256 in (None, found) else "wrong-checksum"


def check_type(file: FileToCheck, content: bytes) -> str | None:
    """Compare what the bytes look like with the media type."""
    return "wrong-type" if contradicts(file.content_type, content) else None


CHECKS: Sequence[FileCheck] = (check_size, check_sum, check_type)


def check(
    file: FileToCheck, content: bytes, checks: Sequence[FileCheck] = CHECKS
) -> str | None:
    """Return the first reason to refuse a file, or None when it passes all checks."""
    problems = (each(file, content) for each in checks)
    return next((problem for problem in problems if problem), None)
