"""Who is at work, and what the workers hand to the database."""

from shared.assignment import agent_choices

from .cast import id_of
from .desk import WORKER

AGENT_CHOICES = agent_choices()


def begin_work(desk, *people, **given):
    """Let people be there; keywords set columns of their rows."""
    for person in people:
        desk.call(person, "set_availability", agent="me", availability="available")
        for column, value in given.items():
            desk.run(
                f"update public.agents set {column} = %s where person_id = %s",  # noqa: S608
                value,
                id_of(person),
            )


def use(desk, strategy, queue="support"):
    desk.call("admin", "change_queue", queue=queue, changes={"strategy": strategy})


def give(desk, queue="support", max_items=10):
    """Give out what waits, as the clock does."""
    asked = {
        "queue": str(id_of(queue)),
        "agent_choices": AGENT_CHOICES,
        "max_items": max_items,
    }
    return desk.call(WORKER, "assign_waiting_tickets", **asked)


def react(desk, ticket):
    """Let follow what follows from the last event of a ticket."""
    [*_, last] = desk.events(ticket)
    return desk.call(
        WORKER, "assign_work", event=last["id"], agent_choices=AGENT_CHOICES
    )


def holder(desk, ticket):
    """Return the name of whoever works a ticket."""
    return desk.one(
        "select lower(profiles.name) from public.tickets"
        " inner join public.profiles on profiles.id = assignee_id"
        " where tickets.id = %s",
        ticket["id"],
    )
