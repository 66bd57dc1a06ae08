"""Posting webhooks: signed, guarded against SSRF, bounded in time and size."""

from .addresses import is_public
from .client import (
    HttpxWebhookClient,
    WebhookClient,
    WebhookResponse,
    new_client,
    open_client,
)
from .guard import AddressRefused, Resolve, SsrfGuard, Target, check_url, resolve
from .retries import RetrySchedule, back_off, retry_after_seconds
from .signatures import signed_headers

__all__ = [
    "AddressRefused",
    "HttpxWebhookClient",
    "Resolve",
    "RetrySchedule",
    "SsrfGuard",
    "Target",
    "WebhookClient",
    "WebhookResponse",
    "back_off",
    "check_url",
    "is_public",
    "new_client",
    "open_client",
    "resolve",
    "retry_after_seconds",
    "signed_headers",
]
