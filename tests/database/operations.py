"""Whatever anybody may do to tickets, queues, people and roles, as random steps."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from hypothesis import strategies as st

from tests.commands import COMMANDS, STEPS
from tests.commands.expectations import unrelated

from .acting import OWNER, WORKER, ActingConnection
from .bulk import run_chunk
from .personas import PEOPLE, id_of

QUEUES = ("support", "billing", "attic")
# Without the administrator, or soon nobody could do anything.
STAFF = ("agent", "neighbour", "biller", "lead")
STATUSES = ("open", "pending", "on_hold", "solved")
WORKING = ("tickets.read", "tickets.read_all", "tickets.take", "tickets.create")


class Step(NamedTuple):
    """One thing that somebody does.

    Attributes:
        who: a persona, the worker, or the owner of the tables.
        what: the command, or a statement of AS_OWNER.
        values: what its arguments are made of.
    """

    who: str
    what: str
    values: Mapping[str, Any]


RELATED = {name: step for name, step in STEPS.items() if step is not unrelated}
AS_WORKER = [name for name in RELATED if COMMANDS[name].callers == "service_role"]
AS_PERSON = [name for name in RELATED if name not in AS_WORKER]
EXISTING = """
select
    (
        select (array_agg(number::text order by number))[1 + %(ticket)s]
        from public.tickets
    ) as ticket,
    (select id from public.ticket_events order by turn desc, position desc limit 1)
        as event,
    (select id from private.bulk_updates order by created_at desc limit 1) as job
"""
AS_OWNER = {
    "ban": "update auth.users set banned_until = now() + '1 day' where id = %(person)s",
    "unban": "update auth.users set banned_until = null where id = %(person)s",
    "soft deletion": "update auth.users set deleted_at = now() where id = %(person)s",
    "deletion": "delete from auth.users where id = %(person)s",
    "leaving": "delete from public.queue_members where person_id = %(person)s",
    "role": "delete from public.person_roles where person_id = %(person)s"
    " and role = %(role)s",
    "other role": "update public.person_roles set role = 'helper'"
    " where person_id = %(person)s and role = %(role)s",
    "permission": "delete from public.role_permissions where role = %(role)s"
    " and permission = any (%(permissions)s)",
    "archive": "update public.queues set archived_at = now() where key = %(queue)s",
    "assign": "update public.tickets set assignee_id = %(person)s"
    " where number = %(ticket)s::bigint",
    "move": "update public.tickets set queue_id = (select id from public.queues"
    " where key = %(queue)s) where number = %(ticket)s::bigint",
}
VALUES = st.fixed_dictionaries(
    {
        "ticket": st.integers(0, 8),
        "queue": st.sampled_from(QUEUES),
        "person": st.sampled_from(STAFF),
        "role": st.sampled_from(["agent", "agent", "lead", "helper", "admin"]),
        "status": st.sampled_from(STATUSES),
        "permissions": st.sets(st.sampled_from(WORKING)),
        "yes": st.booleans(),
    }
)
# Half of the steps are an administrator's, or most would be refused.
ACTORS = st.one_of(st.just("admin"), st.sampled_from([*PEOPLE]))
OPERATIONS = st.one_of(
    st.builds(Step, st.just("customer"), st.just("add_comment"), VALUES),
    st.builds(Step, ACTORS, st.sampled_from(AS_PERSON), VALUES),
    st.builds(Step, ACTORS, st.sampled_from(AS_PERSON), VALUES),
    st.builds(Step, st.just(WORKER), st.sampled_from(AS_WORKER), VALUES),
    st.builds(Step, st.just(OWNER), st.sampled_from([*AS_OWNER]), VALUES),
)


def open_tickets(db: ActingConnection) -> None:
    """Open a ticket in each category, held by those who work its queue."""
    for who in STAFF:
        db.call(who, "set_availability", agent="me", availability="available")
    for category in ("new", *STATUSES):
        db.create_ticket_in(category, type="problem")
    for category in ("pending", "solved"):
        db.create_ticket_in(category, "biller", queue="billing")


def perform(db: ActingConnection, step: Step) -> bool:
    """Do it; return whether it was accepted."""
    try:
        with db.connection.transaction():
            _perform(db, step)
    except psycopg.Error as refusal:
        if not (refusal.sqlstate or "").startswith(("PT4", "23")):
            raise
        return False
    return True


def _perform(db: ActingConnection, step: Step) -> None:
    found = db.connection.execute(EXISTING, step.values).fetchone()
    existing = dict(zip(("ticket", "event", "bulk_update"), found or (), strict=True))
    values = {**step.values, **existing}
    if step.what in AS_OWNER:
        people = {"person": id_of(values["person"])}
        lists = {"permissions": list(values["permissions"])}
        db.connection.execute(AS_OWNER[step.what], {**values, **people, **lists})
    elif step.what == "apply_bulk_chunk":
        run_chunk(db)
    else:
        arguments = RELATED[step.what](values)
        # Only who started a bulk update may undo it.
        who = "admin" if "bulk" in step.what else step.who
        db.rows(who, step.what, **arguments)
