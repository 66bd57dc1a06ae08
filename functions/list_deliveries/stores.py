"""What these routes may ask for."""

from typing import Annotated

from fastapi import Depends

from shared.callers import CallersDatabase
from shared.webhooks import DeliveryLog, WebhookDeliveries


async def get_deliveries(database: CallersDatabase) -> DeliveryLog:
    """Deliveries as the caller may read them."""
    return WebhookDeliveries(database)


ReadDeliveries = Annotated[DeliveryLog, Depends(get_deliveries)]
