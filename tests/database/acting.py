"""Calls the database as one of the personas, the way PostgREST does it."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from .personas import email_of, id_of, session_of, user_of

ANON = "anon"
WORKER = "service_role"
OWNER = "postgres"
# What a ticket of a type cannot do without.
NEEDED_FIELDS = {
    "incident": {"impact": "one_person"},
    "problem": {"impact": "team", "affected": "printing"},
    "task": {"due_on": "2026-12-01"},
}
LOCK_WAIT = 10.0  # seconds
PATIENCE = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Settings of connections that are at work at once: far above what any wait takes."""


class ActingConnection:
    """One connection, as `postgres`, that can act as anybody for one statement."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    @contextmanager
    def acting(self, who: str, **claims: object) -> Iterator[psycopg.Connection]:
        """Act as somebody for the time of a transaction or savepoint."""
        role = who if who in (ANON, WORKER, OWNER) else "authenticated"
        with self.connection.transaction():
            self._set_claims(role, {**claims_of(who), **claims})
            yield self.connection
            self._set_claims("postgres", {})

    def _set_claims(self, role: str, claims: Mapping[str, object]) -> None:
        self.connection.execute(
            "select set_config('role', %s, true),"
            " set_config('request.jwt.claims', %s, true)",
            [role, json.dumps(claims) if claims else ""],
        )

    def rows(self, who: str, function: str, /, **arguments: object) -> list[Any]:
        """Return the rows of a function of `api`, called as somebody, as JSON."""
        with self.acting(who) as connection:
            query = sql.SQL("select to_jsonb(result) from {}({}) as result").format(
                sql.Identifier("api", function),
                sql.SQL(", ").join(
                    sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder())
                    for name in arguments
                ),
            )
            values = [_bound(value) for value in arguments.values()]
            return [row[0] for row in connection.execute(query, values)]

    def call(self, who: str, function: str, /, **arguments: object) -> Any:
        """Return the one row of a function of `api`, called as somebody."""
        [row] = self.rows(who, function, **arguments)
        return row

    def items(self, who: str, function: str, /, **arguments: object) -> list[Any]:
        """Return the items of a page, listed as somebody."""
        items: list[Any] = self.call(who, function, **arguments)["items"]
        return items

    def read(self, who: str, query: str, *values: object) -> list[Any]:
        """Return the first column of a query, run as somebody."""
        with self.acting(who) as connection:
            return [row[0] for row in connection.execute(query, values)]

    def execute(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        """Run a statement as `postgres`, whom no policy and no grant holds back."""
        with self.connection.transaction():
            return self.connection.execute(statement, values)

    def scalar(self, query: str, *values: object) -> Any:
        """Return the first column of the first row, read as `postgres`, or None."""
        row = self.execute(query, *values).fetchone()
        return row[0] if row else None

    # Commands that most tests begin with

    def create_ticket(self, who: str = "customer", **draft: object) -> Any:
        needed = NEEDED_FIELDS.get(str(draft.get("type")), {})
        draft = {"data": needed, **draft} if needed else draft
        return self.call(
            who,
            "create_ticket",
            **{"subject": "Help", "body": "It is broken.", **draft},
        )

    def create_ticket_in(
        self, category: str, held_by: str = "agent", **draft: object
    ) -> Any:
        """Return a customer's ticket that has come to a category."""
        ticket = self.create_ticket(**draft)
        if category != "new":
            self.assign(ticket, held_by)
            for status in ["open", category][category == "open" :]:
                self.set_status(ticket, "solved" if status == "closed" else status)
        if category == "closed":
            self.close(ticket)
        return self.reload(ticket)

    def assign(self, ticket: Any, person: str) -> Any:
        name = str(id_of(person))
        return self.call("admin", "assign_ticket", ticket=ticket["id"], assignee=name)

    def release(self, ticket: Any, who: str = "admin") -> Any:
        return self.call(who, "release_ticket", ticket=ticket["id"])

    def set_status(
        self, ticket: Any, status: str, who: str = "admin", **options: object
    ) -> Any:
        arguments = {"ticket": ticket["id"], "status": status, **options}
        return self.call(who, "update_ticket_status", **arguments)

    def comment(self, who: str, ticket: Any, body: str = "So.", **draft: object) -> Any:
        return self.call(who, "add_comment", ticket=ticket["id"], body=body, **draft)

    def note(self, ticket: Any, who: str = "agent", body: str = "Psst.") -> Any:
        return self.comment(who, ticket, body, visibility="internal")

    def list_queue(
        self, who: str = "agent", queue: str = "support", **filters: object
    ) -> Any:
        """Return a page of a queue; arguments that are no filters end with `_`."""
        options = {
            name[:-1]: filters.pop(name) for name in [*filters] if name[-1] == "_"
        }
        return self.call(who, "list_queue", queue=queue, filters=filters, **options)

    def close(self, ticket: Any) -> None:
        """Close a solved ticket, as the scheduler does after the time for a reply."""
        self.execute(
            "update public.tickets set solved_at = solved_at - interval '29 days'"
            " where id = %s",
            ticket["id"],
        )
        self.call(WORKER, "close_solved_tickets")

    def reload(self, ticket: Any) -> Any:
        return self.scalar(
            "select private.ticket_json(tickets, true) from public.tickets"
            " where id = %s",
            ticket["id"],
        )

    def wait_for_blocked(self, count: int, *calls: Future[Any]) -> None:
        """Wait until so many statements of this database wait for a lock.

        Fail at once when a call that should wait has ended.
        """
        blocked = (
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        deadline = time.monotonic() + LOCK_WAIT
        while self.scalar(blocked) < count:
            assert time.monotonic() < deadline, "Nothing waits for a lock."
            assert not any(call.done() for call in calls), "It did not wait."
            time.sleep(0.01)
            self.execute("select pg_stat_clear_snapshot()")  # kept in a transaction

    @contextmanager
    def blocking(
        self,
        call: Callable[..., Any],
        *arguments: object,
        rollback: bool = False,
        **options: object,
    ) -> Iterator[Future[Any]]:
        """Run the block in a transaction that a call on another connection waits for.

        The call begins at the end of the block and must be blocked by it.
        """
        ready = threading.Event()

        def wait_and_call() -> Any:
            ready.wait()
            return call(*arguments, **options)

        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(wait_and_call)
            try:
                with self.connection.transaction(force_rollback=rollback):
                    yield late
                    ready.set()
                    self.wait_for_blocked(1, late)
            finally:
                ready.set()

    def events(self, ticket: Any) -> list[Any]:
        found = self.execute(
            "select private.event_json(events, true)"
            " from public.ticket_events as events where ticket_id = %s order by seq",
            ticket["id"],
        )
        return [row[0] for row in found]

    def event_types(self, ticket: Any) -> list[str]:
        return [event["type"] for event in self.events(ticket)]


def claims_of(who: str) -> dict[str, object]:
    if who in (ANON, WORKER, OWNER):
        return {"role": who}
    return {
        "role": "authenticated",
        "aud": "authenticated",
        "sub": str(user_of(who)),
        "email": email_of(who),
        "session_id": str(session_of(who)),
        "exp": 2_000_000_000,
    }


@contextmanager
def refused(
    code: str, slug: str | None = None
) -> Iterator[pytest.ExceptionInfo[psycopg.Error]]:
    """Expect the database to refuse with a SQLSTATE, and a slug if it is ours."""
    with pytest.raises(psycopg.Error) as refusal:
        yield refusal
    assert refusal.value.sqlstate == code, refusal.value
    if slug is not None:
        assert refusal.value.diag.message_primary == slug


@contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Ignore a refusal with one of these SQLSTATEs, but with no other."""
    try:
        yield
    except psycopg.Error as refusal:
        if refusal.sqlstate not in codes:
            raise


def _bound(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict | Json) else value


class Json(list[Any]):
    """A list to be sent as JSON, not as an array."""
