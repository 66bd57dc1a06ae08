"""Webhook endpoints over PostgREST."""

from typing import Any
from uuid import UUID

from shared.persistence import Database

from .models import NewWebhook, Webhook, WebhookChange, WebhookDraft
from .records import Delivery, Replay, ReplayRange


class WebhookEndpoints:
    """`WebhookKeeper` and `WebhookTrial`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Webhook]:
        """Return every endpoint, oldest first."""
        rows = self._database.call("list_webhooks", {})
        return [Webhook.model_validate(row) for row in rows]

    def get(self, webhook: UUID) -> Webhook:
        """Return one endpoint."""
        return Webhook.model_validate(self._about("get_webhook", webhook))

    def create(self, draft: WebhookDraft, key: str | None) -> NewWebhook:
        """Make an endpoint and tell its secret."""
        asked = {**draft.model_dump(mode="json"), "idempotency_key": key}
        made = self._database.call("create_webhook", asked)
        return NewWebhook.model_validate(made)

    def change(self, webhook: UUID, change: WebhookChange) -> Webhook:
        """Change what was said."""
        changed = self._about("change_webhook", webhook, changes=change.said())
        return Webhook.model_validate(changed)

    def delete(self, webhook: UUID) -> Webhook:
        """Delete an endpoint with its deliveries."""
        return Webhook.model_validate(self._about("delete_webhook", webhook))

    def rotate_secret(self, webhook: UUID, key: str | None) -> NewWebhook:
        """Give an endpoint a new secret and tell it."""
        rotated = self._about("rotate_webhook_secret", webhook, idempotency_key=key)
        return NewWebhook.model_validate(rotated)

    def ping(self, webhook: UUID, key: str | None) -> Delivery:
        """Owe an endpoint a test delivery."""
        owed = self._about("ping_webhook", webhook, idempotency_key=key)
        return Delivery.model_validate(owed)

    def replay(self, webhook: UUID, time: ReplayRange, key: str | None) -> Replay:
        """Send the events of a time again."""
        asked = {**time.model_dump(mode="json"), "idempotency_key": key}
        told = self._about("replay_webhook_events", webhook, **asked)
        return Replay.model_validate(told)

    def replay_one(self, webhook: UUID, delivery: UUID, key: str | None) -> Delivery:
        """Send a delivery again, as a new one."""
        asked = {"delivery": str(delivery), "idempotency_key": key}
        owed = self._about("replay_webhook_delivery", webhook, **asked)
        return Delivery.model_validate(owed)

    def _about(self, function: str, webhook: UUID, **asked: object) -> Any:  # noqa: ANN401
        return self._database.call(function, {"webhook": str(webhook), **asked})
