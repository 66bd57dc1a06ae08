"""Webhooks, below /v1/webhooks/{id}: a new secret, a ping, and sending again."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter

from shared.http import IdempotencyKey, create_handler
from shared.webhooks import Delivery, NewWebhook, Replay, ReplayRange

from .stores import TryWebhooks

router = APIRouter(tags=["webhooks"])


@router.post("/v1/webhooks/{webhook}/secret")
async def rotate_secret(
    webhook: UUID, webhooks: TryWebhooks, idempotency_key: IdempotencyKey = None
) -> NewWebhook:
    """Make a new secret and tell it; the one before signs beside it for a day."""
    return webhooks.rotate_secret(webhook, idempotency_key)


@router.post("/v1/webhooks/{webhook}/ping", status_code=HTTPStatus.CREATED)
async def ping(
    webhook: UUID, webhooks: TryWebhooks, idempotency_key: IdempotencyKey = None
) -> Delivery:
    """Send a test delivery of type WEBHOOK_PING, within a minute; look at its log."""
    return webhooks.ping(webhook, idempotency_key)


@router.post("/v1/webhooks/{webhook}/replay")
async def replay_events(
    webhook: UUID,
    time: ReplayRange,
    webhooks: TryWebhooks,
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
    webhooks: TryWebhooks,
    idempotency_key: IdempotencyKey = None,
) -> Delivery:
    """Send a delivery again, as a new one with the same webhook-id."""
    return webhooks.replay_one(webhook, delivery, idempotency_key)


handler = create_handler(router)
