"""A migrated database of its own, and being somebody on it."""

import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import SUPERUSER, connected, migrate
from infra.local.running import running

WORKER = "service_role"
STAFF = {"agent": "agent", "neighbour": "agent", "lead": "lead"}  # of queue support
PEOPLE = {
    "customer": "customer",
    "colleague": "customer",  # of the customer; their organization shares
    "stranger": "customer",
    "biller": "agent",  # of queue billing
    "admin": "admin",
    **STAFF,
}


def id_of(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, f"{name}.example.com")


class Server:
    """A running cluster whose database `postgres` is migrated and has the people."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._numbers = itertools.count(1)
        migrate(self.dsn("postgres"), ROOT / "supabase" / "migrations")
        with connected(self.dsn("postgres")) as connection:
            enrol(connection)

    def dsn(self, database: str, role: str = "postgres") -> str:
        return self._platform.cluster.dsn(role).removesuffix("postgres") + database

    def clone(self) -> str:
        name = f"desk_{next(self._numbers)}"
        make = "create database {} template postgres owner postgres strategy wal_log"
        self._administer(make, name)
        return name

    def drop(self, name: str) -> None:
        self._administer("drop database {} with (force)", name)

    def _administer(self, statement: str, name: str) -> None:
        with connected(self.dsn("template1", SUPERUSER)) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@contextmanager
def serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="autocrm-") as folder:
        platform = Platform(Path(folder), Ports.free())
        platform.cluster.prepare()
        try:
            with running([platform.cluster.part()]):
                yield Server(platform)
        finally:
            platform.cluster.remove()


def enrol(connection: psycopg.Connection) -> None:
    """Sign everybody up and seat them; new events wake nobody."""
    for name, role in PEOPLE.items():
        connection.execute(
            "insert into auth.users (id, aud, role, email, raw_user_meta_data)"
            " values (%s, 'authenticated', 'authenticated', %s, %s)",
            [id_of(name), f"{name}@example.com", Jsonb({"name": name.title()})],
        )
        connection.execute(
            "insert into public.person_roles (person_id, role) values (%s, %s)"
            " on conflict do nothing",
            [id_of(name), role],
        )
    connection.execute("insert into public.queues (key, name) values ('billing', 'B')")
    for name in (*STAFF, "biller"):
        connection.execute(
            "insert into public.queue_members (queue_id, person_id)"
            " select id, %s from public.queues where key = %s",
            [id_of(name), "billing" if name == "biller" else "support"],
        )
    connection.execute(
        "with shared as (insert into public.organizations (name, shares_tickets)"
        " values ('Sharing', true) returning id)"
        " update public.profiles set organization_id = shared.id from shared"
        " where profiles.id = any (%s)",
        [[id_of("customer"), id_of("colleague")]],
    )


class Desk:
    """One connection, as `postgres`, that can be anybody for one statement."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def rows(self, who: str, function: str, /, **arguments: object) -> list[Any]:
        """Return what a function of `public` answers to somebody, as JSON rows."""
        given = [
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder())
            for name in arguments
        ]
        query = sql.SQL("select to_jsonb(answer) from {}({}) as answer").format(
            sql.Identifier("public", function), sql.SQL(", ").join(given)
        )
        values = [_bound(value) for value in arguments.values()]
        with self.acting(who):
            return [row[0] for row in self.connection.execute(query, values)]

    def call(self, who: str, function: str, /, **arguments: object) -> Any:
        [answer] = self.rows(who, function, **arguments)
        return answer

    @contextmanager
    def acting(self, who: str) -> Iterator[None]:
        worker = who == WORKER
        claims = {"role": WORKER} if worker else {"sub": str(id_of(who))}
        with self.connection.transaction():
            self.connection.execute(
                "select set_config('role', %s, true),"
                " set_config('request.jwt.claims', %s, true)",
                [
                    WORKER if worker else "authenticated",
                    json.dumps({"aud": "authenticated", **claims}),
                ],
            )
            yield
            self.connection.execute(
                "select set_config('role', 'postgres', true),"
                " set_config('request.jwt.claims', '', true)"
            )

    def run(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        """Run a statement as `postgres`, whom no policy and no grant holds back."""
        with self.connection.transaction():
            return self.connection.execute(statement, values)

    def one(self, query: str, *values: object) -> Any:
        row = self.run(query, *values).fetchone()
        return row[0] if row else None

    # What most tests begin with ---------------------------------------------

    def ticket(self, who: str = "customer", **draft: object) -> Any:
        asked = {"subject": "Help", "body": "It is broken.", **draft}
        return self.call(who, "create_ticket", **asked)

    def say(self, who: str, ticket: Any, body: str = "So.", **draft: object) -> Any:
        return self.call(who, "add_comment", ticket=ticket["id"], body=body, **draft)

    def note(self, who: str, ticket: Any, body: str = "Psst.") -> Any:
        return self.say(who, ticket, body, visibility="internal")

    def assign(self, ticket: Any, person: str) -> Any:
        name = str(id_of(person))
        return self.call("admin", "assign_ticket", ticket=ticket["id"], assignee=name)

    def settle(self, *, tell: bool = True) -> int:
        """React to every owed event, or forget them; return how many there were."""
        owed = self.run(
            "select outbox.event_id from private.outbox"
            " inner join public.ticket_events on ticket_events.id = outbox.event_id"
            " order by ticket_events.ticket_id, ticket_events.seq"
        ).fetchall()
        for (event,) in owed:
            if tell:
                assert self.call(WORKER, "notify_people", event=event)
            self.call(WORKER, "finish_event", event=event)
        return len(owed)

    def told(self, who: str) -> list[str]:
        """Return the types of events that a person finds in their list, oldest first."""
        page = self.call(who, "list_notifications")
        return [item["type"] for item in reversed(page["items"])]

    def mail_is_due(self) -> None:
        """Let the time pass that mail waits, or that a worker has it."""
        self.run("update private.emails set due_at = now() - interval '1 second'")

    def claim(self, at_most: int = 10) -> list[Any]:
        return self.rows(WORKER, "claim_emails", at_most=at_most)


def _bound(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict | Json) else value


class Json(list[Any]):
    """A list to be sent as JSON, not as an array."""
