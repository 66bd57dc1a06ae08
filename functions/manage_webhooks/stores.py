"""What these routes may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.http import CallersDatabase
from shared.webhooks import (
    DeliveryLog,
    WebhookDeliveries,
    WebhookEndpoints,
    WebhookKeeper,
    WebhookTrial,
)


async def get_webhooks(database: CallersDatabase) -> WebhookEndpoints:
    """Webhooks as the caller may manage them."""
    return WebhookEndpoints(database)


async def get_deliveries(database: CallersDatabase) -> DeliveryLog:
    """Deliveries as the caller may read them."""
    return WebhookDeliveries(database)


KeepWebhooks = Annotated[WebhookKeeper, Depends(get_webhooks)]
TryWebhooks = Annotated[WebhookTrial, Depends(get_webhooks)]
ReadDeliveries = Annotated[DeliveryLog, Depends(get_deliveries)]
