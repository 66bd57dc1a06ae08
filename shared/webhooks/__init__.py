"""Webhooks as they are kept: endpoints, deliveries, and the work of sending them."""

from .deliveries import WebhookDeliveries
from .endpoints import WebhookEndpoints
from .models import NewWebhook, Webhook, WebhookChange, WebhookDraft
from .ports import DeliveryLog, DeliveryWork, WebhookKeeper, WebhookTrial
from .records import (
    Attempt,
    AttemptLog,
    Delivery,
    DeliveryState,
    DueDelivery,
    Outcome,
    Replay,
    ReplayRange,
)
from .work import DueDeliveries

__all__ = [
    "Attempt",
    "AttemptLog",
    "Delivery",
    "DeliveryLog",
    "DeliveryState",
    "DeliveryWork",
    "DueDeliveries",
    "DueDelivery",
    "NewWebhook",
    "Outcome",
    "Replay",
    "ReplayRange",
    "Webhook",
    "WebhookChange",
    "WebhookDeliveries",
    "WebhookDraft",
    "WebhookEndpoints",
    "WebhookKeeper",
    "WebhookTrial",
]
