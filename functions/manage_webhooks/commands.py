"""Making, changing and deleting webhook endpoints."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, provide
from shared.webhooks import (
    NewWebhook,
    Webhook,
    WebhookChange,
    WebhookDraft,
    WebhookEndpoints,
    WebhookRepository,
)

from .use_case import require_reachable

router = APIRouter()
Endpoints = Annotated[WebhookEndpoints, provide(WebhookRepository)]


@router.post("/v1/webhooks", status_code=HTTPStatus.CREATED)
async def create_webhook(
    draft: WebhookDraft,
    webhooks: Endpoints,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> NewWebhook:
    """Create a webhook and return its secret, this once."""
    require_reachable(draft.url)
    made = webhooks.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return made


@router.patch("/v1/webhooks/{webhook}")
async def change_webhook(
    webhook: UUID,
    change: Annotated[WebhookChange, Body(default_factory=WebhookChange)],
    webhooks: Endpoints,
) -> Webhook:
    """Change a webhook, pause, resume, or enable what failures have disabled."""
    if "url" in change.changes():
        require_reachable(change.url)
    return webhooks.change(webhook, change)


@router.delete("/v1/webhooks/{webhook}")
async def delete_webhook(webhook: UUID, webhooks: Endpoints) -> Webhook:
    """Delete a webhook, its pending deliveries and its log; return what it was."""
    return webhooks.delete(webhook)
