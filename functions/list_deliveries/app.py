"""GET /v1/webhooks/{id}/deliveries and below: the log of a webhook."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.core.http import PageQuery, create_handler, provide
from shared.core.types import Page
from shared.webhooks import (
    Attempt,
    Delivery,
    DeliveryLog,
    DeliveryLogRepository,
    DeliveryState,
)

router = APIRouter(tags=["webhooks"])
ProvidedDeliveryLog = Annotated[DeliveryLog, provide(DeliveryLogRepository)]


class DeliveriesQuery(PageQuery):
    """Which deliveries, newest first."""

    state: DeliveryState | None = None


@router.get("/v1/webhooks/{webhook}/deliveries")
async def list_deliveries(
    webhook: UUID, query: Annotated[DeliveriesQuery, Query()], log: ProvidedDeliveryLog
) -> Page[Delivery]:
    """Return what the webhook was or is to be sent, newest first."""
    return log.page(webhook, query.state, query.cursor, query.limit)


@router.get("/v1/webhooks/{webhook}/deliveries/{delivery}/attempts")
async def list_attempts(
    webhook: UUID, delivery: UUID, log: ProvidedDeliveryLog
) -> Page[Attempt]:
    """Return every attempt at a delivery, in order."""
    return Page(items=log.attempts(webhook, delivery), next_cursor=None)


handler = create_handler(router)
