"""Sending deliveries again."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import IdempotencyKey, provide
from shared.webhooks import (
    Delivery,
    Replay,
    ReplayRange,
    WebhookOperations,
    WebhookRepository,
)

router = APIRouter()
Operations = Annotated[WebhookOperations, provide(WebhookRepository)]


@router.post("/v1/webhooks/{webhook}/replay")
async def replay_events(
    webhook: UUID,
    time: ReplayRange,
    webhooks: Operations,
    idempotency_key: IdempotencyKey = None,
) -> Replay:
    """Send the events of a time again: those that never arrived, or all of them."""
    return webhooks.replay(webhook, time, idempotency_key)


@router.post(
    "/v1/webhooks/{webhook}/deliveries/{delivery}/replay",
    status_code=HTTPStatus.CREATED,
)
async def replay_delivery(
    webhook: UUID,
    delivery: UUID,
    webhooks: Operations,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Delivery:
    """Send a delivery again, as a new one with the same webhook-id."""
    sent = webhooks.replay_one(webhook, delivery, idempotency_key)
    response.headers["Location"] = (
        f"/v1/webhooks/{webhook}/deliveries/{sent.id}/attempts"
    )
    return sent
