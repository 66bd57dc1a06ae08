"""Reading webhook endpoints."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from shared.core.http import provide, set_etag
from shared.core.types import Page
from shared.webhooks import Webhook, WebhookEndpoints, WebhookRepository

router = APIRouter()
Endpoints = Annotated[WebhookEndpoints, provide(WebhookRepository)]


@router.get("/v1/webhooks")
async def list_webhooks(webhooks: Endpoints) -> Page[Webhook]:
    """Return every webhook, oldest first."""
    return Page(items=webhooks.all(), next_cursor=None)


@router.get("/v1/webhooks/{webhook}")
async def get_webhook(
    webhook: UUID, webhooks: Endpoints, response: Response
) -> Webhook:
    """Return one webhook, with its version as ETag."""
    return set_etag(response, webhooks.get(webhook))
