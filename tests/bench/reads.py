"""Reading one ticket, against the cheapest read there is: its row by id under RLS.

The row is read through a PostgREST of the bench's own, which exposes the tables that
the product's does not, behind a gateway of its own; same database, same token.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg

from functions.get_ticket.app import handler
from infra.local.ports import free_ports
from infra.local.processes import running
from tests.bench.desk import Desk, open_desk
from tests.bench.fill import fill
from tests.bench.report import Figure
from tests.bench.timing import in_turns, medians
from tests.events import context, http_event

THROUGH_FUNCTION = 1.6
IN_DATABASE = 3.0
ROUNDS = 300
TICKETS = 10_000
SEARCH_PATH = "select set_config('search_path', 'api, public, extensions', true)"
READS = {
    "get_ticket": "select api.get_ticket(ticket => %s)",
    "row": "select * from public.tickets where id = %s",
}


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the two ratios, over HTTP and inside the database."""
    with open_desk() as desk:
        fill(desk, TICKETS)
        ticket = desk.ticket_in("support")
        yield _through_function(desk, ticket)
        yield _in_database(desk, ticket)


def _through_function(desk: Desk, ticket: str) -> Figure:
    desk.enter_environment()
    signed_in = {"authorization": f"Bearer {desk.token('agent')}"}
    event = http_event("GET", f"/v1/tickets/{ticket}", None, signed_in)
    with _exposing_tables(desk) as url, desk.client("agent", url) as client:

        def function() -> None:
            answer = handler(event, context())
            assert answer["statusCode"] == 200, answer

        def row() -> None:
            answer = client.get("tickets", params={"id": f"eq.{ticket}"})
            assert len(answer.raise_for_status().json()) == 1

        took = medians(in_turns({"get_ticket": function, "row": row}, ROUNDS, 20))
    return _figure("get_ticket through the function", took, THROUGH_FUNCTION)


def _in_database(desk: Desk, ticket: str) -> Figure:
    """Run both as PostgREST would: prepared, a transaction and its settings each."""
    settings = desk.settings_of("agent")
    dsn = desk.platform.cluster.dsn("authenticator")
    with psycopg.connect(dsn, autocommit=True) as connection:
        # Whoever prepares for itself on the fifth run would change what is measured.
        connection.prepare_threshold = 0

        def read(query: str) -> None:
            with connection.transaction(), connection.pipeline():
                connection.execute(SEARCH_PATH)
                connection.execute(*settings)
                found = connection.execute(query, [ticket])
            assert found.fetchone()

        subjects: dict[str, Callable[[], Any]] = {
            name: partial(read, query) for name, query in READS.items()
        }
        took = medians(in_turns(subjects, ROUNDS, 20))
    return _figure("get_ticket in the database", took, IN_DATABASE)


def _figure(what: str, took: dict[str, float], limit: float) -> Figure:
    detail = f"{took['get_ticket']:.2f} ms against {took['row']:.2f} ms"
    return Figure("reads", what, took["get_ticket"] / took["row"], "x", limit, detail)


@contextmanager
def _exposing_tables(desk: Desk) -> Iterator[str]:
    """Serve the schema `public` at a second address for the time of a block."""
    rest, admin, edge = free_ports(3)
    changes = {
        "postgrest": {
            "PGRST_DB_SCHEMAS": "public",
            "PGRST_SERVER_PORT": str(rest),
            "PGRST_ADMIN_SERVER_PORT": str(admin),
        },
        "edge": {"REST_URL": f"http://127.0.0.1:{rest}", "PORT": str(edge)},
    }
    ready = {"postgrest": f"{admin}/ready", "edge": f"{edge}/health"}
    services = [
        replace(
            each,
            environment={**each.environment, **changes[each.name]},
            ready=f"http://127.0.0.1:{ready[each.name]}",
        )
        for each in desk.services
        if each.name in changes
    ]
    with running(services):
        yield f"http://127.0.0.1:{edge}"
