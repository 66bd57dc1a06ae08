"""Events that one worker processes a second when it is handed batch after batch.

The emulated queue takes no part: it scans every message for each that it hands out.
"""

import os
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.report import Figure
from tests.build.artifacts import environment, functions
from tests.events import context, sqs_record
from tests.faults.desk import FragileDesk, fragile_desk

TICKETS = 60
COMMENTS = 8  # on each, half of them by an agent
BATCH = 10
WARM_UP = 5  # batches
PENDING = """
select event_id::text, correlation_id from private.outbox
inner join public.ticket_events on ticket_events.id = event_id order by occurred_at
"""


def measure(_: Namespace) -> Iterator[Figure]:
    """Yield the events a second; there is no limit."""
    with fragile_desk() as desk:
        for part in ("webhooks", "functions"):  # both would process the events too
            desk.kill(part)
        _open_tickets(desk)
        batches = list(_batches(desk))
        with Path(os.devnull).open("w") as log, redirect_stdout(log):
            handler = _handler(desk)
            _process(handler, batches[:WARM_UP])
            seconds = _process(handler, batches[WARM_UP:])
        assert desk.rows("select event_id from private.outbox") == []
    events = sum(len(batch["Records"]) for batch in batches[WARM_UP:])
    detail = f"{events} events in batches of {BATCH}, {seconds:.1f} s"
    rate = events / seconds
    yield Figure(
        "reactions", "one worker, fed directly", rate, "a second", None, detail
    )


def _open_tickets(desk: FragileDesk) -> None:
    with desk.client("customer") as customer, desk.client("agent") as agent:
        for number in range(TICKETS):
            draft = {"subject": f"A flat tyre, {number}", "body": "It went psst."}
            made = customer.post("rpc/create_ticket", json=draft).raise_for_status()
            for turn in range(COMMENTS):
                comment = {"ticket": made.json()["id"], "body": "One more word."}
                client = (customer, agent)[turn % 2]
                client.post("rpc/add_comment", json=comment).raise_for_status()


def _batches(desk: FragileDesk) -> Iterator[dict[str, Any]]:
    """Yield what Lambda would hand to the worker, until no event is pending."""
    rows = desk.rows(PENDING)
    messages = [{"event_id": event, "correlation_id": scope} for event, scope in rows]
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        records = [sqs_record(each, str(number)) for number, each in enumerate(batch)]
        yield {"Records": records}


def _handler(desk: FragileDesk) -> Any:
    """Return the worker's handler with its environment set as in the template."""
    deployment = desk.deployment
    variables = environment(functions(deployment.supabase_url)["ProcessEventsFunction"])
    os.environ.update(variables)
    os.environ.update(
        AWS_ENDPOINT_URL=deployment.aws_endpoint_url,
        AWS_REGION="eu-west-1",
        AWS_DEFAULT_REGION="eu-west-1",
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",
        JOB_QUEUE_URL=desk.queue("JobQueue").url,
        SUPABASE_SECRET_KEY=deployment.supabase_secret_key,
    )
    return import_module("functions.process_events.app").handler


def _process(handler: Any, batches: list[dict[str, Any]]) -> float:
    """Return the seconds that all batches took."""
    began = time.perf_counter()
    for batch in batches:
        failed = handler(batch, context(30_000))
        assert failed == {"batchItemFailures": []}, failed
    return time.perf_counter() - began
