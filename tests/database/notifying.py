"""What was told: events reacted to, lists read, mail taken."""

from typing import Any

from .acting import WORKER, ActingConnection


def process_events(db: ActingConnection, *, notify: bool = True) -> int:
    """React to every owed event, or forget them; return how many there were."""
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
    """Return the customer's ticket, held by agent; all of it was told long ago."""
    ticket = db.create_ticket()
    db.assign(ticket, "agent")
    process_events(db, notify=False)
    return ticket


def make_emails_due(db: ActingConnection) -> None:
    """Let the time pass that mail waits, or that a worker has it."""
    db.execute("update private.emails set due_at = now() - interval '1 second'")


def queue_due_email(db: ActingConnection, ticket: Any) -> None:
    """Have the agent reply, and the customer's mail about it wait no longer."""
    db.comment("agent", ticket)
    process_events(db)
    make_emails_due(db)


def claim_emails(db: ActingConnection, max_items: int = 10) -> list[Any]:
    return db.rows(WORKER, "claim_emails", max_items=max_items)
