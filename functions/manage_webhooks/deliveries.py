"""What was sent, and sending it again."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from shared.http import IdempotencyKey, PageQuery
from shared.pages import Page
from shared.webhooks import Attempt, Delivery, DeliveryState, Replay, ReplayRange

from .stores import ReadDeliveries, TryWebhooks

router = APIRouter()


class DeliveriesQuery(PageQuery):
    """Which deliveries, newest first."""

    state: DeliveryState | None = None


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


@router.get("/v1/webhooks/{webhook}/deliveries")
async def list_deliveries(
    webhook: UUID, query: Annotated[DeliveriesQuery, Query()], log: ReadDeliveries
) -> Page[Delivery]:
    """Return what the webhook was or is to be sent, newest first."""
    return log.page(webhook, query.state, query.cursor, query.limit)


@router.get("/v1/webhooks/{webhook}/deliveries/{delivery}/attempts")
async def list_attempts(
    webhook: UUID, delivery: UUID, log: ReadDeliveries
) -> Page[Attempt]:
    """Return every attempt at a delivery, in order."""
    return Page(items=log.attempts(webhook, delivery), next_cursor=None)


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
