"""Uploaded files over PostgREST; needs the rights of a worker."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import parse_rows

from .models import FileToCheck


class FileQueue(Protocol):
    """Files to check and to remove. Every method may raise `Unavailable`."""

    def claim(self, at_most: int) -> list[FileToCheck]:
        """Return files to check; they come again unless `record` follows soon."""
        ...

    def record(self, file: UUID, sha256: str | None, problem: str | None) -> None:
        """Record the result of a check: a file without a problem is given out."""
        ...

    def sweep(self, at_most: int) -> list[str]:
        """Forget files that nobody will use; return names to remove from Storage."""
        ...

    def removed(self, object_names: Sequence[str]) -> None:
        """Record that names are gone; `sweep` returns the others again."""
        ...


class FileQueueRepository(FileQueue):
    """`FileQueue` over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self, at_most: int) -> list[FileToCheck]:
        rows = self._database.call("claim_file_checks", {"max_items": at_most})
        return parse_rows(rows, FileToCheck.model_validate)

    @override
    def record(self, file: UUID, sha256: str | None, problem: str | None) -> None:
        result = {"attachment": str(file), "sha256": sha256, "problem": problem}
        self._database.call("record_file_check", result)

    @override
    def sweep(self, at_most: int) -> list[str]:
        return list(self._database.call("sweep_files", {"max_items": at_most}))

    @override
    def removed(self, object_names: Sequence[str]) -> None:
        self._database.call("files_removed", {"object_names": list(object_names)})
