"""Outbound webhooks: endpoints and their log of deliveries."""

from .deliveries import (
    Attempt,
    AttemptLog,
    Delivery,
    DeliveryState,
    DueDelivery,
    Outcome,
    Replay,
    ReplayRange,
)
from .models import NewWebhook, Webhook, WebhookChange, WebhookDraft
from .ports import DeliveryLog, DeliveryQueue, WebhookEndpoints, WebhookOperations
from .repository import (
    DeliveryLogRepository,
    DeliveryQueueRepository,
    WebhookRepository,
)

__all__ = [
    "Attempt",
    "AttemptLog",
    "Delivery",
    "DeliveryLog",
    "DeliveryLogRepository",
    "DeliveryQueue",
    "DeliveryQueueRepository",
    "DeliveryState",
    "DueDelivery",
    "NewWebhook",
    "Outcome",
    "Replay",
    "ReplayRange",
    "Webhook",
    "WebhookChange",
    "WebhookDraft",
    "WebhookEndpoints",
    "WebhookOperations",
    "WebhookRepository",
]
