"""A new secret, and a test delivery."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import IdempotencyKey, provide
from shared.webhooks import Delivery, NewWebhook, WebhookOperations, WebhookRepository

router = APIRouter()
Operations = Annotated[WebhookOperations, provide(WebhookRepository)]


@router.post("/v1/webhooks/{webhook}/secret")
async def rotate_secret(
    webhook: UUID, webhooks: Operations, idempotency_key: IdempotencyKey = None
) -> NewWebhook:
    """Create a new secret and return it; the old one signs beside it for a day."""
    return webhooks.rotate_secret(webhook, idempotency_key)


@router.post("/v1/webhooks/{webhook}/ping", status_code=HTTPStatus.CREATED)
async def ping(
    webhook: UUID,
    webhooks: Operations,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Delivery:
    """Send a test delivery of type WEBHOOK_PING, within a minute; look at its log."""
    sent = webhooks.ping(webhook, idempotency_key)
    response.headers["Location"] = (
        f"/v1/webhooks/{webhook}/deliveries/{sent.id}/attempts"
    )
    return sent
