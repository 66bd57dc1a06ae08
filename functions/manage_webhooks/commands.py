"""Making, changing and deleting webhook endpoints."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from shared.core.http import IdempotencyKey, IfMatch, provide, set_etag
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
    return set_etag(response, made)


@router.patch("/v1/webhooks/{webhook}")
async def change_webhook(
    webhook: UUID,
    change: Annotated[WebhookChange, Body(default_factory=WebhookChange)],
    webhooks: Endpoints,
    if_match: IfMatch,
    response: Response,
) -> Webhook:
    """Change a webhook, pause, resume, or enable what failures have disabled."""
    if "url" in change.changes():
        require_reachable(change.url)
    changed = if_match.write(lambda version: webhooks.change(webhook, change, version))
    return set_etag(response, changed)


@router.delete("/v1/webhooks/{webhook}")
async def delete_webhook(
    webhook: UUID, webhooks: Endpoints, if_match: IfMatch
) -> Webhook:
    """Delete a webhook, its pending deliveries and its log; return what it was."""
    return if_match.write(lambda version: webhooks.delete(webhook, version))
