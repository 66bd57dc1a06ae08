"""Makes agents available and assigns tickets as the workers do."""

from shared.assignment import agent_choices

from .acting import WORKER
from .personas import id_of

AGENT_CHOICES = agent_choices()
STORED_LOADS = """
select coalesce(jsonb_object_agg(person_id, load), '{}')
from public.agents where load > 0
"""
COUNTED_LOADS = """
select coalesce(jsonb_object_agg(assignee_id, held), '{}') from (
    select assignee_id, count(*) as held from public.tickets
    where assignee_id is not null and status_category in ('new', 'open')
    group by assignee_id
) as counted
"""


def make_available(db, *people, **columns):
    """Make agents available; keywords set columns of their rows."""
    for person in people:
        db.call(person, "set_availability", agent="me", availability="available")
        set_agent(db, person, **columns)


def set_agent(db, person, **columns):
    """Set columns of the row of an agent."""
    for column, value in columns.items():
        db.execute(
            f"update public.agents set {column} = %s where person_id = %s",  # noqa: S608
            value,
            id_of(person),
        )


def set_strategy(db, strategy, queue="support"):
    db.call("admin", "change_queue", queue=queue, changes={"strategy": strategy})


def assign_waiting(db, queue="support", max_items=10):
    """Assign the waiting tickets of a queue, as the scheduler does."""
    arguments = {
        "queue": str(id_of(queue)),
        "agent_choices": AGENT_CHOICES,
        "max_items": max_items,
    }
    return db.call(WORKER, "assign_waiting_tickets", **arguments)


def assign_after_event(db, ticket):
    """React to the last event of a ticket by assigning what waits."""
    [*_, last] = db.events(ticket)
    return db.call(WORKER, "assign_work", event=last["id"], agent_choices=AGENT_CHOICES)


def assignee(db, ticket):
    """Return the name of the assignee of a ticket, or None."""
    return db.scalar(
        "select lower(people.name) from public.tickets"
        " inner join public.people on people.id = assignee_id"
        " where tickets.id = %s",
        ticket["id"],
    )


def assert_loads_are_exact(db):
    """Expect each agent's stored load to equal their new and open tickets."""
    assert db.scalar(STORED_LOADS) == db.scalar(COUNTED_LOADS)
