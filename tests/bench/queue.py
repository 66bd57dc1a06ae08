"""Lists at 10,000 to 1,000,000 tickets: they have to cost the same.

All sizes stand side by side and are read in turns, so that a busy moment of the
machine meets them all.
"""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import httpx
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.bench.desk import SERVICE_ROLE, Desk, id_of, open_desk
from tests.bench.fill import fill
from tests.bench.plans import AUTO_EXPLAIN, bad_reading, nodes_of
from tests.bench.report import Figure
from tests.bench.timing import in_turns, medians

FLAT = 1.2
STATUS_MILLISECONDS = 10
BOUNDED_MILLISECONDS = 50
FIND_MILLISECONDS = 50
ROUNDS = 60


@dataclass(frozen=True)
class Case:
    """A list, as somebody asks for it.

    Attributes:
        within: the milliseconds it may take where it is not flat, but bounded.
    """

    what: str
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    who: str = "agent"
    within: float | None = None


def page(what: str, how: Mapping[str, Any] | None = None, **filters: Any) -> Case:
    arguments = {"queue": "support", "filters": filters, **(how or {})}
    return Case(f"queue, {what}", "list_queue", arguments)


def view(
    what: str, who: str = "agent", sort: str = "priority", **conditions: Any
) -> Case:
    return Case(
        f"view, {what}", "list_view", {"conditions": conditions, "sort": sort}, who
    )


def bounded(case: Case) -> Case:
    """A list that may read as many tickets as any page may, and at no more."""
    return replace(case, within=BOUNDED_MILLISECONDS)


LIVE = ["new", "open", "pending", "on_hold"]
COUNTED = {"with_total": True}
NEVER = {"created_before": "1999-01-01T00:00:00Z"}
CASES = (
    page("as it stands"),
    page("every category", status_categories=[*LIVE, "solved", "closed"]),
    page("status=new,open", statuses=["new", "open"]),
    page("sort=newest", {"sort": "newest"}),
    page("sort=oldest, live", {"sort": "oldest"}, statuses=LIVE),
    page("sort=updated", {"sort": "updated"}),
    page("sort=waiting", {"sort": "waiting"}, waiting_on=["agent"]),
    page("assignee=me", assignee="me"),
    page("assignee=me, live", assignee="me", statuses=LIVE),
    page("assignee=none", assignee="none"),
    page("assignee=me, sort=updated", {"sort": "updated"}, assignee="me"),
    page("requester of 500", requester=str(id_of("customer"))),
    bounded(page("tag=vip", tags=["vip"])),
    bounded(page("tag=vip, live", tags=["vip"], statuses=LIVE)),
    page("tag of nobody", tags=["unheard-of"]),
    bounded(page("what nothing fits", **NEVER)),
    page("page in the middle", {"after": "middle"}),
    bounded(page("counted", COUNTED)),
    bounded(page("counted, live", COUNTED, statuses=LIVE)),
    bounded(page("counted, tag=vip", COUNTED, tags=["vip"])),
    bounded(page("counted, what nothing fits", COUNTED, **NEVER)),
    view("mine, every queue", assignee="me", statuses=LIVE),
    bounded(view("every queue of an admin", "admin", statuses=LIVE)),
    bounded(
        view(
            "rare in every queue", "admin", "updated", types=["task"], statuses=["new"]
        )
    ),
    Case(
        "queue status",
        "get_queue_status",
        {"queue": "support"},
        within=STATUS_MILLISECONDS,
    ),
    Case("my tickets, 500 of them", "list_my_tickets", who="customer"),
    Case("my tickets, 3 of them", "list_my_tickets", who="stranger"),
    Case("one ticket", "get_ticket", {"ticket": "any"}),
    Case("queues with counts", "list_queues"),
    Case("what there is to do", "due_jobs", who=SERVICE_ROLE, within=FIND_MILLISECONDS),
)


def measure(options: Namespace) -> Iterator[Figure]:
    """Yield a figure a list, over SQL and over PostgREST."""
    with ExitStack() as stack:
        desks = {}
        for size in options.sizes:
            began = time.perf_counter()
            desks[size] = stack.enter_context(open_desk())
            fill(desks[size], size)
            took = time.perf_counter() - began
            yield Figure("queue", f"loading {size:,} tickets", took, "s")
        for case in CASES:
            yield from _compare(case, desks)


def _compare(case: Case, desks: Mapping[int, Desk]) -> Iterator[Figure]:
    small, *_, large = desks
    with ExitStack() as stack:
        over_sql, over_http = {}, {}
        for size, desk in desks.items():
            arguments = _arguments(case, desk)
            acting = stack.enter_context(_acting(desk, case.who))
            client = stack.enter_context(_client(desk, case.who))
            over_sql[str(size)] = partial(_over_sql, acting, case.function, arguments)
            over_http[str(size)] = partial(_over_http, client, case.function, arguments)
        nodes = _plan(desks[large], case, _arguments(case, desks[large]))
        plan = ", ".join(nodes)
        for way, subjects in (("SQL", over_sql), ("HTTP", over_http)):
            took = medians(in_turns(subjects, ROUNDS))
            ratio = took[str(large)] / took[str(small)]
            times = " / ".join(f"{took[str(size)]:.2f}" for size in desks) + " ms"
            detail = f"{times}  {plan}" if way == "SQL" else times
            what = f"{case.what}, {way}"
            limit = FLAT if case.within is None else None
            yield Figure("queue", what, ratio, "x", limit, detail)
            if case.within is not None:
                yield Figure("queue", what, took[str(large)], "ms", case.within)
        assert bad_reading(nodes) == [], f"{case.what} is read by {plan}"


def _arguments(case: Case, desk: Desk) -> dict[str, Any]:
    """Complete the arguments of a case: a ticket, a cursor, a view that is saved."""
    arguments = dict(case.arguments)
    if case.function == "list_view":
        query, values = _call("create_view", {"name": "Bench", **arguments})
        with _acting(desk, case.who) as connection:
            row = connection.execute(query, values).fetchone()
        return {"view": str(row[0])} if row else {}
    if case.function == "get_ticket":
        return {"ticket": desk.ticket_in("support")}
    if arguments.get("after") != "middle":
        return arguments
    with desk.connection() as connection:
        row = connection.execute(
            "select jsonb_build_array(priority, waiting_since, id) from public.tickets"
            " where queue_id = %s and priority = 'normal'"
            " order by waiting_since offset (select count(*) / 5 from public.tickets)"
            " limit 1",
            [id_of("support")],
        ).fetchone()
    return {**arguments, "after": row[0] if row else None}


@contextmanager
def _acting(desk: Desk, who: str) -> Iterator[psycopg.Connection]:
    """Be somebody as PostgREST would, for the time of one transaction."""
    with desk.connection("supabase_admin") as connection, connection.transaction():
        connection.execute(*desk.settings_of(who))
        yield connection


def _client(desk: Desk, who: str) -> httpx.Client:
    return desk.worker() if who == SERVICE_ROLE else desk.client(who)


def _over_sql(
    connection: psycopg.Connection, function: str, arguments: Mapping[str, Any]
) -> None:
    query, values = _call(function, arguments)
    connection.execute(query, values).fetchall()


JSON = {"after", "filters", "conditions"}


def _call(
    function: str, arguments: Mapping[str, Any]
) -> tuple[sql.Composed, list[Any]]:
    named = [
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder())
        for name in arguments
    ]
    call = sql.SQL("select * from api.{}({})")
    query = call.format(sql.Identifier(function), sql.SQL(", ").join(named))
    return query, [
        Jsonb(value) if name in JSON else value for name, value in arguments.items()
    ]


def _over_http(
    client: httpx.Client, function: str, arguments: Mapping[str, Any]
) -> None:
    answer = client.post(f"rpc/{function}", json=arguments)
    answer.raise_for_status()


def _plan(desk: Desk, case: Case, arguments: Mapping[str, Any]) -> list[str]:
    query, values = _call(case.function, arguments)
    with desk.connection("supabase_admin") as connection:
        connection.execute(AUTO_EXPLAIN)
        with connection.transaction():
            connection.execute(*desk.settings_of(case.who))
            return nodes_of(connection, query, values)
