"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.webhooks import WebhookEndpoints, WebhookTrial


async def get_trial(database: CallersDatabase) -> WebhookTrial:
    """Webhooks as the caller may try them."""
    return WebhookEndpoints(database)


TryWebhooks = Annotated[WebhookTrial, Depends(get_trial)]
