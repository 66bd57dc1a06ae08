"""A warm request through a function, against the same call of PostgREST."""

from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import httpx

from shared.tickets import TicketDraft
from tests.bench.desk import Desk, open_desk
from tests.bench.fill import fill
from tests.bench.report import Figure
from tests.bench.timing import in_turns, medians
from tests.events import context, http_event

LIMIT = 1.5
ROUNDS = 200
TICKETS = 10_000
DRAFT = {"subject": "A flat tyre", "body": "It went psst.", "tags": ["bicycle"]}
STORED = TicketDraft.model_validate(DRAFT).model_dump(mode="json", exclude_none=True)
QUEUE = {"queue": "support", "filters": {}, "sort": "priority", "page_size": 50}
# The request to the function, and the function's own request to PostgREST.
PAIRS = {
    "get_ticket": (
        ("GET", "/v1/tickets/2000", None),
        ("get_ticket", {"ticket": "2000"}),
    ),
    "list_queue": (
        ("GET", "/v1/queues/support/tickets", None),
        ("list_queue", QUEUE),
    ),
    "get_queue_status": (
        ("GET", "/v1/queues/support/status", None),
        ("get_queue_status", {"queue": "support"}),
    ),
    "create_ticket": (("POST", "/v1/tickets", DRAFT), ("create_ticket", STORED)),
}


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the ratio for a read, a list of 50 and a write."""
    with open_desk() as desk:
        fill(desk, TICKETS)
        desk.enter_environment()
        for function in PAIRS:
            yield _compare(function, desk)


def _compare(function: str, desk: Desk) -> Figure:
    (method, path, body), command = PAIRS[function]
    signed_in = {"authorization": f"Bearer {desk.token('agent')}"}
    event = http_event(method, path, body, signed_in)
    handler = import_module(f"functions.{function}.app").handler
    with desk.client("agent") as client:
        subjects = {
            "function": partial(_invoke, handler, event),
            "directly": partial(_call, client, *command),
        }
        took = medians(in_turns(subjects, ROUNDS, warm_up=20))
    detail = f"{took['function']:.2f} ms against {took['directly']:.2f} ms"
    ratio = took["function"] / took["directly"]
    return Figure("warm", function, ratio, "x", LIMIT, detail)


def _invoke(handler: Any, event: Any) -> None:
    answer = handler(event, context())
    assert answer["statusCode"] < 300, answer


def _call(client: httpx.Client, command: str, arguments: Any) -> None:
    client.post(f"rpc/{command}", json=arguments).raise_for_status()
