"""Who is at work, and what the workers hand to the database."""

from shared.assignment import agent_choices

from .acting import WORKER
from .personas import id_of

AGENT_CHOICES = agent_choices()


def make_available(db, *people, **columns):
    """Let people be there; keywords set columns of their rows."""
    for person in people:
        db.call(person, "set_availability", agent="me", availability="available")
        for column, value in columns.items():
            db.execute(
                f"update public.agents set {column} = %s where person_id = %s",  # noqa: S608
                value,
                id_of(person),
            )


def set_strategy(db, strategy, queue="support"):
    db.call("admin", "change_queue", queue=queue, changes={"strategy": strategy})


def assign_waiting(db, queue="support", max_items=10):
    """Give out what waits, as the clock does."""
    arguments = {
        "queue": str(id_of(queue)),
        "agent_choices": AGENT_CHOICES,
        "max_items": max_items,
    }
    return db.call(WORKER, "assign_waiting_tickets", **arguments)


def assign_after_event(db, ticket):
    """Let follow what follows from the last event of a ticket."""
    [*_, last] = db.events(ticket)
    return db.call(WORKER, "assign_work", event=last["id"], agent_choices=AGENT_CHOICES)


def assignee(db, ticket):
    """Return the name of whoever works a ticket."""
    return db.scalar(
        "select lower(profiles.name) from public.tickets"
        " inner join public.profiles on profiles.id = assignee_id"
        " where tickets.id = %s",
        ticket["id"],
    )
