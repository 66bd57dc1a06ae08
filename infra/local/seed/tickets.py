"""Create demonstration tickets with the product's commands, dated in the past."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

Ticket = Mapping[str, Any]
CREATE = """
select api.create_ticket(
    %(subject)s, %(body)s, %(type)s, %(priority)s,
    queue => %(queue)s, tags => %(tags)s, data => %(data)s
) ->> 'id'
"""
DEFAULTS = {"type": "question", "priority": "normal", "tags": [], "data": {}}
ASSIGN = """
select api.assign_ticket(%s, case when %s = 'me' then 'me' else (
    select id::text from public.people
    where name = (select api.list_people(search => %s) -> 'items' -> 0 ->> 'name')
) end)
"""
COMMENT = "select api.add_comment(%s, %s, %s)"
COMMANDS: Mapping[str, Callable[[str, str], tuple[str, list[object]]]] = {
    "assign": lambda ticket, to: (ASSIGN, [ticket, to, f"{to}@"]),
    "reply": lambda ticket, text: (COMMENT, [ticket, text, "public"]),
    "note": lambda ticket, text: (COMMENT, [ticket, text, "internal"]),
    "status": lambda ticket, status: (
        "select api.update_ticket_status(%s, %s, nullif(%s, ''))",
        [ticket, status.partition(":")[0], status.partition(":")[2]],
    ),
}
# The triggers of these tables forbid it, rightly; only their owner can switch them off.
TABLES = ("tickets", "comments", "ticket_events")
DATE_BACK = (
    """
    update public.ticket_events
    set occurred_at = now() - %(age)s + (seq - 1) * %(pace)s
    where ticket_id = %(ticket)s
    """,
    """
    update public.comments
    set created_at = coalesce(
        (
            select occurred_at from public.ticket_events as event
            where event.ticket_id = comments.ticket_id
                and event.after ->> 'comment_id' = comments.id::text
        ),
        now() - %(age)s
    )
    where ticket_id = %(ticket)s
    """,
    """
    update public.tickets
    set
        created_at = now() - %(age)s,
        updated_at = latest.at,
        waiting_since = latest.at,
        solved_at = case when solved_at is not null then latest.at end
    from (
        select max(occurred_at) as at from public.ticket_events
        where ticket_id = %(ticket)s
    ) as latest
    where id = %(ticket)s
    """,
)


def enter(
    connection: psycopg.Connection, command: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Run a command as the administrator and return what it made."""
    given = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(
            sql.Identifier(name), Jsonb(value) if isinstance(value, dict) else value
        )
        for name, value in arguments.items()
    )
    call = sql.SQL("select api.{}({})").format(sql.Identifier(command), given)
    with _acting_as(connection, "admin"):
        row = connection.execute(call).fetchone()
    made: dict[str, Any] = row[0] if row else {}
    return made


def enter_ticket(connection: psycopg.Connection, ticket: Ticket) -> None:
    """Create one ticket, run its steps, and spread them over its days."""
    steps = ticket.get("steps", [])
    given = {**DEFAULTS, **ticket}
    with _acting_as(connection, ticket["requester"]):
        values = {**given, "data": Jsonb(given["data"]), "steps": None}
        row = connection.execute(CREATE, values).fetchone()
    if row is None:
        raise RuntimeError("create_ticket returned nothing.")
    for person, command, argument in steps:
        with _acting_as(connection, person):
            connection.execute(*COMMANDS[command](str(row[0]), argument))
    age = timedelta(days=ticket["days_ago"])
    pace = min(age / (len(steps) + 2), timedelta(hours=7))
    _date_back(connection, {"age": age, "pace": pace, "ticket": row[0]})


@contextmanager
def _acting_as(connection: psycopg.Connection, key: str) -> Iterator[None]:
    """Set the claims of a person, who need not be signed in, as for a worker."""
    connection.execute(
        "select set_config('request.jwt.claims', json_build_object("
        "'sub', id, 'aud', 'authenticated')::text, true)"
        " from auth.users where email = %s",
        [f"{key}@example.com"],
    )
    yield
    connection.execute("select set_config('request.jwt.claims', '', true)")


def _date_back(connection: psycopg.Connection, values: Mapping[str, object]) -> None:
    for table in TABLES:
        connection.execute(f"alter table public.{table} disable trigger user")
    for statement in DATE_BACK:
        connection.execute(statement, values)
    for table in TABLES:
        connection.execute(f"alter table public.{table} enable trigger user")
