"""What was told: events reacted to, lists read, mail taken."""

from typing import Any

from .desk import WORKER, Desk


def settle(desk: Desk, *, tell: bool = True) -> int:
    """React to every owed event, or forget them; return how many there were."""
    owed = desk.run(
        "select outbox.event_id from private.outbox"
        " inner join public.ticket_events on ticket_events.id = outbox.event_id"
        " order by ticket_events.ticket_id, ticket_events.seq"
    ).fetchall()
    for (event,) in owed:
        if tell:
            assert desk.call(WORKER, "notify_people", event=event)
        desk.call(WORKER, "finish_event", event=event)
    return len(owed)


def told(desk: Desk, who: str) -> list[str]:
    """Return the types of events in somebody's list, oldest first."""
    page = desk.call(who, "list_notifications")
    return [item["type"] for item in reversed(page["items"])]


def assigned_ticket(desk: Desk) -> Any:
    """Return the customer's ticket, held by agent; all of it was told long ago."""
    ticket = desk.ticket()
    desk.assign(ticket, "agent")
    settle(desk, tell=False)
    return ticket


def mail_is_due(desk: Desk) -> None:
    """Let the time pass that mail waits, or that a worker has it."""
    desk.run("update private.emails set due_at = now() - interval '1 second'")


def one_mail_due(desk: Desk, ticket: Any) -> None:
    """Have the agent reply, and the customer's mail about it wait no longer."""
    desk.say("agent", ticket)
    settle(desk)
    mail_is_due(desk)


def claim(desk: Desk, max_items: int = 10) -> list[Any]:
    return desk.rows(WORKER, "claim_emails", max_items=max_items)
