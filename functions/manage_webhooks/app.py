"""Webhooks, under /v1/webhooks: administrators say who hears of events."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from shared.http import IdempotencyKey, create_handler
from shared.pages import Page
from shared.webhooks import NewWebhook, Webhook, WebhookChange, WebhookDraft

from .stores import KeepWebhooks

router = APIRouter(tags=["webhooks"])


@router.get("/v1/webhooks")
async def list_webhooks(webhooks: KeepWebhooks) -> Page[Webhook]:
    """Return every webhook, oldest first."""
    return Page(items=webhooks.all(), next_cursor=None)


@router.post("/v1/webhooks", status_code=HTTPStatus.CREATED)
async def create_webhook(
    draft: WebhookDraft,
    webhooks: KeepWebhooks,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> NewWebhook:
    """Make a webhook and tell its secret, this once."""
    made = webhooks.create(draft, idempotency_key)
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return made


@router.get("/v1/webhooks/{webhook}")
async def get_webhook(webhook: UUID, webhooks: KeepWebhooks) -> Webhook:
    """Return one webhook."""
    return webhooks.get(webhook)


@router.patch("/v1/webhooks/{webhook}")
async def change_webhook(
    webhook: UUID, change: WebhookChange, webhooks: KeepWebhooks
) -> Webhook:
    """Change what is said, pause, resume, or enable what failures have disabled."""
    return webhooks.change(webhook, change)


@router.delete("/v1/webhooks/{webhook}")
async def delete_webhook(webhook: UUID, webhooks: KeepWebhooks) -> Webhook:
    """Delete a webhook, what it is still owed, and its log; return what it was."""
    return webhooks.delete(webhook)


handler = create_handler(router)
