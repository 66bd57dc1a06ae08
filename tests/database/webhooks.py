"""Creates webhooks and deliveries to them."""

from typing import Any

from .acting import WORKER, ActingConnection

URL = "https://hooks.example.com/autocrm"


def create_webhook(db: ActingConnection, **draft: Any) -> Any:
    return db.call("admin", "create_webhook", **{"url": URL, **draft})


def create_deliveries(db: ActingConnection, event: Any) -> Any:
    return db.call(WORKER, "create_webhook_deliveries", event=event["id"])


def create_event(db: ActingConnection) -> Any:
    """Create a ticket and the deliveries of its event; return the event."""
    [event] = db.events(db.create_ticket())
    create_deliveries(db, event)
    return event


def deliveries(db: ActingConnection, hook: Any, **options: Any) -> list[Any]:
    return db.items("admin", "list_webhook_deliveries", webhook=hook["id"], **options)
