"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.webhooks import WebhookEndpoints, WebhookKeeper


async def get_webhooks(database: CallersDatabase) -> WebhookEndpoints:
    """Webhooks as the caller may manage them."""
    return WebhookEndpoints(database)


KeepWebhooks = Annotated[WebhookKeeper, Depends(get_webhooks)]
