"""Webhook endpoints and their deliveries over PostgREST."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Page, decode_sort_key, parse_rows, read_page

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


class WebhookRepository(WebhookEndpoints, WebhookOperations):
    """Webhook endpoints as the caller may manage them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self) -> list[Webhook]:
        rows = self._database.call("list_webhooks", {})
        return parse_rows(rows, Webhook.model_validate)

    @override
    def get(self, webhook: UUID) -> Webhook:
        return Webhook.model_validate(self._about("get_webhook", webhook))

    @override
    def create(self, draft: WebhookDraft, key: str | None) -> NewWebhook:
        arguments = {**draft.model_dump(mode="json"), "idempotency_key": key}
        made = self._database.call("create_webhook", arguments)
        return NewWebhook.model_validate(made)

    @override
    def change(
        self, webhook: UUID, change: WebhookChange, version: int | None
    ) -> Webhook:
        changed = self._about(
            "change_webhook",
            webhook,
            changes=change.changes(),
            expected_version=version,
        )
        return Webhook.model_validate(changed)

    @override
    def delete(self, webhook: UUID, version: int | None) -> Webhook:
        deleted = self._about("delete_webhook", webhook, expected_version=version)
        return Webhook.model_validate(deleted)

    @override
    def rotate_secret(self, webhook: UUID, key: str | None) -> NewWebhook:
        rotated = self._about("rotate_webhook_secret", webhook, idempotency_key=key)
        return NewWebhook.model_validate(rotated)

    @override
    def ping(self, webhook: UUID, key: str | None) -> Delivery:
        row = self._about("ping_webhook", webhook, idempotency_key=key)
        return Delivery.model_validate(row)

    @override
    def replay(self, webhook: UUID, time: ReplayRange, key: str | None) -> Replay:
        arguments = {**time.model_dump(mode="json"), "idempotency_key": key}
        row = self._about("replay_webhook_events", webhook, **arguments)
        return Replay.model_validate(row)

    @override
    def replay_one(self, webhook: UUID, delivery: UUID, key: str | None) -> Delivery:
        arguments = {"delivery": str(delivery), "idempotency_key": key}
        row = self._about("replay_webhook_delivery", webhook, **arguments)
        return Delivery.model_validate(row)

    def _about(self, function: str, webhook: UUID, **arguments: object) -> Any:  # noqa: ANN401
        return self._database.call(function, {"webhook": str(webhook), **arguments})


class DeliveryLogRepository(DeliveryLog):
    """The log of deliveries as the caller may read it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def page(
        self, webhook: UUID, state: DeliveryState | None, cursor: str | None, size: int
    ) -> Page[Delivery]:
        arguments = {
            "webhook": str(webhook),
            "state": state,
            "before": decode_sort_key(cursor, tuple[datetime, UUID]),
            "page_size": size,
        }
        answer = self._database.call("list_webhook_deliveries", arguments)
        return read_page(answer, Delivery.model_validate)

    @override
    def attempts(self, webhook: UUID, delivery: UUID) -> list[Attempt]:
        arguments = {"webhook": str(webhook), "delivery": str(delivery)}
        rows = self._database.call("list_webhook_attempts", arguments)
        return parse_rows(rows, Attempt.model_validate)


LEASE_SECONDS = 90
"""Longer than deliver_webhooks may run: only what a lost worker held is taken over."""


class DeliveryQueueRepository(DeliveryQueue):
    """Deliveries that are due; needs the rights of a worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def claim(self, at_most: int) -> Sequence[DueDelivery]:
        arguments = {"max_items": at_most, "lease_seconds": LEASE_SECONDS}
        rows = self._database.call("claim_webhook_deliveries", arguments)
        return parse_rows(rows, DueDelivery.model_validate)

    @override
    def record(
        self, due: DueDelivery, outcome: Outcome, wait: float, log: AttemptLog
    ) -> bool:
        arguments = {
            "delivery": str(due.delivery_id),
            "attempt": due.attempt,
            "outcome": outcome,
            "log": log.model_dump(mode="json"),
            "retry_seconds": wait,
        }
        return bool(self._database.call("record_webhook_attempt", arguments))

    @override
    def forget(self) -> int:
        return int(self._database.call("delete_old_webhook_deliveries", {}))
