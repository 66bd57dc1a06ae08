"""Reacts to events, reads notifications and claims emails."""

from typing import Any

from .acting import WORKER, ActingConnection


def process_events(db: ActingConnection, *, notify: bool = True) -> int:
    """Notify of every pending event, or drop them; return how many there were."""
    pending = db.execute(
        "select outbox.event_id from private.outbox"
        " inner join public.ticket_events on ticket_events.id = outbox.event_id"
        " order by ticket_events.ticket_id, ticket_events.seq"
    ).fetchall()
    for (event,) in pending:
        if notify:
            assert db.call(WORKER, "notify_people", event=event)
        db.call(WORKER, "finish_event", event=event)
    return len(pending)


def notified(db: ActingConnection, who: str) -> list[str]:
    """Return the types of events in somebody's list, oldest first."""
    page = db.call(who, "list_notifications")
    return [item["type"] for item in reversed(page["items"])]


def assigned_ticket(db: ActingConnection) -> Any:
    """Return a ticket of customer, assigned to agent, without pending events."""
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    process_events(db, notify=False)
    return ticket


def make_emails_due(db: ActingConnection) -> None:
    """End the delay of emails, or the lease of a worker."""
    db.execute("update private.emails set due_at = now() - interval '1 second'")


def queue_due_email(db: ActingConnection, ticket: Any) -> None:
    """Let the agent reply, and make the email to the customer due."""
    db.comment("agent", ticket)
    process_events(db)
    make_emails_due(db)


def claim_emails(db: ActingConnection, max_items: int = 10) -> list[Any]:
    return db.rows(WORKER, "claim_emails", max_items=max_items)
