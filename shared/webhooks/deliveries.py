"""The log of deliveries over PostgREST."""

from datetime import datetime
from uuid import UUID

from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database

from .records import Attempt, Delivery, DeliveryState


class WebhookDeliveries:
    """`DeliveryLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, webhook: UUID, state: DeliveryState | None, cursor: str | None, size: int
    ) -> Page[Delivery]:
        """Return deliveries, newest first."""
        place = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "webhook": str(webhook),
            "state": state,
            "before": place and [str(key) for key in place],
            "page_size": size + 1,
        }
        rows = self._database.call("list_webhook_deliveries", asked)
        found = [Delivery.model_validate(row) for row in rows]
        return page_of(found, size, lambda last: (last.created_at, last.id))

    def attempts(self, webhook: UUID, delivery: UUID) -> list[Attempt]:
        """Return the attempts at a delivery, in order."""
        asked = {"webhook": str(webhook), "delivery": str(delivery)}
        rows = self._database.call("list_webhook_attempts", asked)
        return [Attempt.model_validate(row) for row in rows]
