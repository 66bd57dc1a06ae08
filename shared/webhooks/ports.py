"""What use cases may ask about webhooks. Each method is one round trip.

Every method may raise `Unauthenticated`, `Denied` and `Unavailable`; further errors
stand at each method.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from shared.core.types import Page

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


class WebhookEndpoints(Protocol):
    """Making, changing and deleting endpoints."""

    def all(self) -> list[Webhook]:
        """Return every endpoint, oldest first."""
        ...

    def get(self, webhook: UUID) -> Webhook:
        """Return one, or raise `NotFound`."""
        ...

    def create(self, draft: WebhookDraft, key: str | None) -> NewWebhook:
        """Create one with a secret; raise `Conflict` when there are too many."""
        ...

    def change(
        self, webhook: UUID, change: WebhookChange, version: int | None
    ) -> Webhook:
        """Change what was sent, if it is at this version; None for any.

        Raises `NotFound`, `Stale`.
        """
        ...

    def delete(self, webhook: UUID, version: int | None) -> Webhook:
        """Delete it with its deliveries, if it is at this version; None for any.

        Returns what it was; raises `NotFound`, `Stale`.
        """
        ...


class WebhookOperations(Protocol):
    """Secrets, pings and sending again."""

    def rotate_secret(self, webhook: UUID, key: str | None) -> NewWebhook:
        """Replace its secret and return the new one, or raise `NotFound`."""
        ...

    def ping(self, webhook: UUID, key: str | None) -> Delivery:
        """Create a test delivery; raise `NotFound`, `Conflict` when disabled."""
        ...

    def replay(self, webhook: UUID, time: ReplayRange, key: str | None) -> Replay:
        """Send a time's events again; raise `NotFound`, `Conflict`, `Invalid`."""
        ...

    def replay_one(self, webhook: UUID, delivery: UUID, key: str | None) -> Delivery:
        """Send a delivery again, as a new one; raise `NotFound`, `Conflict`."""
        ...


class DeliveryLog(Protocol):
    """The log of deliveries and attempts."""

    def page(
        self, webhook: UUID, state: DeliveryState | None, cursor: str | None, size: int
    ) -> Page[Delivery]:
        """Return deliveries, newest first, or raise `NotFound`."""
        ...

    def attempts(self, webhook: UUID, delivery: UUID) -> list[Attempt]:
        """Return the attempts at one, in order, or raise `NotFound`."""
        ...


class DeliveryQueue(Protocol):
    """Sending what is due; needs the rights of a worker."""

    def claim(self, at_most: int) -> Sequence[DueDelivery]:
        """Lease what is due for 90 seconds; nobody else is given it meanwhile."""
        ...

    def record(
        self, due: DueDelivery, outcome: Outcome, wait: float, log: AttemptLog
    ) -> bool:
        """Record an attempt; return whether the endpoint is disabled for it.

        Args:
            due: what was claimed.
            outcome: how it ended.
            wait: seconds until it is tried again, where it is.
            log: what is kept of the attempt.
        """
        ...

    def forget(self) -> int:
        """Delete some deliveries older than the log is kept; return how many."""
        ...
