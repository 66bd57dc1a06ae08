"""Checking one uploaded file."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from shared.core.persistence import FileGone, StoredFiles
from shared.files import FileQueue, FileToCheck
from shared.files.checking import CHECKS, FileCheck, check

Outcome = Literal["ready", "refused"]


class FileChecker:
    """Claims, reads and judges. What is lost between two of these comes again."""

    def __init__(
        self,
        queue: FileQueue,
        files: StoredFiles,
        checks: Sequence[FileCheck] = CHECKS,
    ) -> None:
        self._queue = queue
        self._files = files
        self._checks = checks

    def check_next(self) -> Outcome | None:
        """Check a file and record the result; None when there is none to check.

        Raises:
            Unavailable: Storage, the database or a check cannot be reached; the file
                comes again.
        """
        claimed = self._queue.claim(1)
        if not claimed:
            return None
        [file] = claimed
        digest, problem = self._judge(file)
        self._queue.record(file.id, digest, problem)
        return "refused" if problem else "ready"

    def _judge(self, file: FileToCheck) -> tuple[str | None, str | None]:
        try:
            content = self._files.read(file.object_name, file.size)
        except FileGone:
            return None, "missing"
        return sha256(content).hexdigest(), check(file, content, self._checks)
