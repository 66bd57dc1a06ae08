"""The work of sending over PostgREST."""

from collections.abc import Sequence

from shared.persistence import Database

from .records import AttemptLog, DueDelivery, Outcome

LEASE_SECONDS = 90
"""Longer than deliver_webhooks may run: only what a lost worker held is taken over."""


class DueDeliveries:
    """`DeliveryWork`; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, at_most: int) -> Sequence[DueDelivery]:
        """Lease what is due."""
        asked = {"at_most": at_most, "lease_seconds": LEASE_SECONDS}
        rows = self._database.call("claim_webhook_deliveries", asked)
        return [DueDelivery.model_validate(row) for row in rows]

    def record(
        self, due: DueDelivery, outcome: Outcome, wait: float, log: AttemptLog
    ) -> bool:
        """Say how it went."""
        asked = {
            "delivery": str(due.delivery_id),
            "attempt": due.attempt,
            "outcome": outcome,
            "log": log.model_dump(mode="json"),
            "retry_seconds": wait,
        }
        return bool(self._database.call("record_webhook_attempt", asked))

    def forget(self) -> int:
        """Delete some deliveries older than the log is kept."""
        return int(self._database.call("delete_old_webhook_deliveries", {}))
