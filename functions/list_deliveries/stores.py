"""What these routes may ask for; not in `shared.http`, which every function loads."""

from typing import Annotated

from fastapi import Depends

from shared.http import CallersDatabase
from shared.webhooks import DeliveryLog, WebhookDeliveries


async def get_deliveries(database: CallersDatabase) -> DeliveryLog:
    """Deliveries as the caller may read them."""
    return WebhookDeliveries(database)


ReadDeliveries = Annotated[DeliveryLog, Depends(get_deliveries)]
