"""What these routes may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.http import CallersDatabase
from shared.webhooks import WebhookEndpoints, WebhookTrial


async def get_trial(database: CallersDatabase) -> WebhookTrial:
    """Webhooks as the caller may try them."""
    return WebhookEndpoints(database)


TryWebhooks = Annotated[WebhookTrial, Depends(get_trial)]
