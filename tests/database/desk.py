"""Acting on a database as one of the cast, the way PostgREST does it."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from .cast import email_of, id_of

ANYBODY = "anon"
WORKER = "service_role"
OWNER = "postgres"
PATIENCE = 30.0  # seconds


class Desk:
    """One connection, as `postgres`, that can be anybody for one statement."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    @contextmanager
    def acting(self, who: str, **claims: object) -> Iterator[psycopg.Connection]:
        """Be somebody for the time of a transaction or savepoint."""
        role = who if who in (ANYBODY, WORKER, OWNER) else "authenticated"
        with self.connection.transaction():
            self._claim(role, {**claims_of(who), **claims})
            yield self.connection
            self._claim("postgres", {})

    def _claim(self, role: str, claims: Mapping[str, object]) -> None:
        self.connection.execute(
            "select set_config('role', %s, true),"
            " set_config('request.jwt.claims', %s, true)",
            [role, json.dumps(claims) if claims else ""],
        )

    def rows(self, who: str, function: str, /, **arguments: object) -> list[Any]:
        """Return what a function of `api` answers to somebody, as JSON rows."""
        with self.acting(who) as connection:
            query = sql.SQL("select to_jsonb(answer) from {}({}) as answer").format(
                sql.Identifier("api", function),
                sql.SQL(", ").join(
                    sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder())
                    for name in arguments
                ),
            )
            given = [_bound(value) for value in arguments.values()]
            return [row[0] for row in connection.execute(query, given)]

    def call(self, who: str, function: str, /, **arguments: object) -> Any:
        """Return the one answer of a function."""
        [answer] = self.rows(who, function, **arguments)
        return answer

    def read(self, who: str, query: str, *values: object) -> list[Any]:
        """Return the first column of a query that somebody makes."""
        with self.acting(who) as connection:
            return [row[0] for row in connection.execute(query, values)]

    def run(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        """Run a statement as `postgres`, whom no policy and no grant holds back."""
        with self.connection.transaction():
            return self.connection.execute(statement, values)

    def one(self, query: str, *values: object) -> Any:
        row = self.run(query, *values).fetchone()
        return row[0] if row else None

    # What most tests begin with ---------------------------------------------

    def ticket(self, who: str = "customer", **draft: object) -> Any:
        return self.call(
            who,
            "create_ticket",
            **{"subject": "Help", "body": "It is broken.", **draft},
        )

    def ticket_in(self, category: str, held_by: str = "agent", **draft: object) -> Any:
        """Return a customer's ticket that has come to a category."""
        ticket = self.ticket(**draft)
        if category != "new":
            self.assign(ticket, held_by)
            for status in ["open", category][category == "open" :]:
                self.move(ticket, "solved" if status == "closed" else status)
        if category == "closed":
            self.let_close(ticket)
        return self.now(ticket)

    def assign(self, ticket: Any, person: str) -> Any:
        name = str(id_of(person))
        return self.call("admin", "assign_ticket", ticket=ticket["id"], assignee=name)

    def move(self, ticket: Any, status: str, who: str = "admin") -> Any:
        return self.call(
            who, "update_ticket_status", ticket=ticket["id"], status=status
        )

    def say(self, who: str, ticket: Any, body: str = "So.", **draft: object) -> Any:
        return self.call(who, "add_comment", ticket=ticket["id"], body=body, **draft)

    def note(self, ticket: Any, who: str = "agent", body: str = "Psst.") -> Any:
        return self.say(who, ticket, body, visibility="internal")

    def queue(self, who: str = "agent", queue: str = "support", **asked: object) -> Any:
        """Return a page of a queue: conditions by name, the rest with `_` behind it."""
        how = {name[:-1]: asked.pop(name) for name in [*asked] if name[-1] == "_"}
        return self.call(who, "list_queue", queue=queue, filters=asked, **how)

    def let_close(self, ticket: Any) -> None:
        """Let the time pass that a solved ticket stays open to a reply."""
        self.run(
            "update public.tickets set solved_at = solved_at - interval '29 days'"
            " where id = %s",
            ticket["id"],
        )
        self.call(WORKER, "close_solved_tickets")

    def now(self, ticket: Any) -> Any:
        return self.one(
            "select private.ticket_json(tickets) from public.tickets where id = %s",
            ticket["id"],
        )

    def wait_for_waiting(self, count: int) -> None:
        """Wait until so many statements of this database wait for a lock."""
        waiting = (
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        deadline = time.monotonic() + PATIENCE
        while self.one(waiting) < count:
            assert time.monotonic() < deadline, "Nobody waits."
            time.sleep(0.01)

    def events(self, ticket: Any) -> list[Any]:
        found = self.run(
            "select to_jsonb(events) from public.ticket_events as events"
            " where ticket_id = %s order by seq",
            ticket["id"],
        )
        return [row[0] for row in found]

    def story(self, ticket: Any) -> list[str]:
        return [event["type"] for event in self.events(ticket)]


def claims_of(who: str) -> dict[str, object]:
    if who in (ANYBODY, WORKER, OWNER):
        return {"role": who}
    return {
        "role": "authenticated",
        "aud": "authenticated",
        "sub": str(id_of(who)),
        "email": email_of(who),
        "exp": 2_000_000_000,
    }


@contextmanager
def refused(code: str, slug: str | None = None) -> Iterator[None]:
    """Expect the database to refuse with a SQLSTATE, and a slug if it is ours."""
    with pytest.raises(psycopg.Error) as refusal:
        yield
    assert refusal.value.sqlstate == code, refusal.value
    if slug is not None:
        assert refusal.value.diag.message_primary == slug


@contextmanager
def forgiving(*codes: str) -> Iterator[None]:
    """Let the database refuse with one of these SQLSTATEs, but with no other."""
    try:
        yield
    except psycopg.Error as refusal:
        if refusal.sqlstate not in codes:
            raise


def _bound(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict | Json) else value


class Json(list[Any]):
    """A list to be sent as JSON, not as an array."""
