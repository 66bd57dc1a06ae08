"""Applying what is due, a chunk of each bulk update in turn."""

from collections.abc import Callable

from aws_lambda_powertools import Logger

from shared.bulk_updates import BulkState, BulkUpdateQueue, ClaimedBulkUpdate
from shared.core.errors import AppError

CHUNK_MILLISECONDS = 22_000
"""What a chunk may take at worst: two calls of the database, and a little."""

log = Logger(child=True)


class BulkUpdateRun:
    """One run of the worker."""

    def __init__(self, queue: BulkUpdateQueue) -> None:
        self._queue = queue
        self._counts = {"chunks": 0, "finished": 0, "failed": 0}

    def run(self, milliseconds_left: Callable[[], int]) -> dict[str, int]:
        """Apply chunks while one is due and there is time; return how many.

        Raises:
            Unavailable: the database gives out nothing.
        """
        while milliseconds_left() > CHUNK_MILLISECONDS:
            claimed = self._queue.claim()
            if claimed is None:
                break
            self._apply(claimed)
        return self._counts

    def _apply(self, claimed: ClaimedBulkUpdate) -> None:
        """Apply a chunk; when it fails it is due again at the end of its lease."""
        try:
            after = self._queue.apply(claimed)
        except AppError as error:
            log.warning(
                "chunk failed",
                bulk_update_id=str(claimed.id),
                attempt=claimed.attempt,
                reason=error.problem,
            )
            self._counts["failed"] += 1
            return
        self._counts["chunks"] += 1
        if after is not None and after.state is BulkState.FINISHED:
            self._counts["finished"] += 1
