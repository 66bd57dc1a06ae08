"""Telling a story with the product's own commands, and moving it into the past."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from .stories import Story

_COMMANDS: Mapping[str, Callable[[str, str], tuple[str, list[str | None]]]] = {
    "takes": lambda ticket, _: (
        "select public.assign_ticket(%s, 'me')",
        [ticket],
    ),
    "gives": lambda ticket, key: (
        "select public.assign_ticket(%s, (select id::text from public.profiles"
        " where name = (select name from public.list_people(search => %s) limit 1)))",
        [ticket, f"{key}@"],
    ),
    "replies": lambda ticket, text: (
        "select public.add_comment(%s, %s)",
        [ticket, text],
    ),
    "notes": lambda ticket, text: (
        "select public.add_comment(%s, %s, 'internal')",
        [ticket, text],
    ),
    "moves": lambda ticket, where: (
        "select public.update_ticket_status(%s, %s, %s)",
        [ticket, where.partition(":")[0], where.partition(":")[2] or None],
    ),
}


def tell(connection: psycopg.Connection, story: Story) -> UUID:
    """Open and work one ticket; return its id."""
    with _acting_as(connection, story.asker):
        row = connection.execute(
            "select id from public.create_ticket(%s, %s, %s, %s, queue => %s,"
            " tags => %s, data => %s)",
            [
                story.subject,
                story.body,
                story.type,
                story.priority,
                story.queue,
                list(story.tags),
                Jsonb(dict(story.data)),
            ],
        ).fetchone()
    if row is None:
        raise RuntimeError("create_ticket returned nothing.")
    ticket: UUID = row[0]
    for who, did, what in story.steps:
        with _acting_as(connection, who):
            connection.execute(*_COMMANDS[did](str(ticket), what))
    return ticket


@contextmanager
def _acting_as(connection: psycopg.Connection, key: str) -> Iterator[None]:
    """Be a person, as PostgREST makes a request be one."""
    connection.execute(
        "select set_config('request.jwt.claims', json_build_object("
        "'sub', id, 'aud', 'authenticated', 'role', 'authenticated')::text, true)"
        " from auth.users where email = %s",
        [f"{key}@example.com"],
    )
    connection.execute("set local role authenticated")
    yield
    connection.execute("reset role")
    connection.execute("select set_config('request.jwt.claims', '', true)")


_DATE_BACK = """
update public.ticket_events
set occurred_at = now() - %(age)s + (seq - 1) * %(pace)s
where ticket_id = %(ticket)s;

update public.comments
set created_at = coalesce(
    (
        select occurred_at from public.ticket_events as told
        where told.ticket_id = comments.ticket_id
            and told.after ->> 'comment_id' = comments.id::text
    ),
    now() - %(age)s
)
where ticket_id = %(ticket)s;

update public.tickets
set
    created_at = now() - %(age)s,
    updated_at = latest.at,
    waiting_since = latest.at,
    solved_at = case when solved_at is not null then latest.at end
from (
    select max(occurred_at) as at from public.ticket_events where ticket_id = %(ticket)s
) as latest
where id = %(ticket)s;
"""
_TABLES = ("tickets", "comments", "ticket_events")


def date_back(connection: psycopg.Connection, ticket: UUID, story: Story) -> None:
    """Spread what happened over the time since the story began.

    The rules of the tables forbid it, rightly; only their owner can lift them.
    """
    age = timedelta(days=story.days_ago)
    pace = min(age / (len(story.steps) + 2), timedelta(hours=7))
    for table in _TABLES:
        connection.execute(f"alter table public.{table} disable trigger user")
    values = {"age": age, "pace": pace, "ticket": ticket}
    for statement in _DATE_BACK.split(";\n")[:3]:
        connection.execute(statement, values)
    for table in _TABLES:
        connection.execute(f"alter table public.{table} enable trigger user")
