"""Runs workers over a real database, where one of their outgoing calls fails once."""

import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import EndpointConnectionError
from psycopg.types.json import Jsonb

from shared.core.errors import Unavailable
from shared.webhooks.delivery import WebhookResponse
from tests.fakes.aws import FakeAws

from .acting import WORKER, ActingConnection

SIGNATURE = """
select
    proretset,
    array(
        select format_type(kind, null) from unnest(proargtypes) as kind
    ),
    proargnames
from pg_proc
where pronamespace = 'api'::regnamespace and proname = %s
"""


@dataclass
class Outside:
    """Everything that a worker calls: the database, AWS, and receivers of webhooks.

    Attributes:
        fails_at: the call that fails, from 1; 0 for none.
        after: whether it fails after its effect, which is then unknown to the worker.
        calls: how many there were.
        effects: what happened outside of the database, once for each time.
    """

    db: ActingConnection
    aws: FakeAws
    fails_at: int = 0
    after: bool = False
    calls: int = 0
    effects: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, effect: Callable[[], Any], failure: Exception) -> Any:
        """Have an effect, and fail before or after it, where it is its turn."""
        with self._lock:
            self.calls += 1
            mine = self.calls == self.fails_at
            if mine and not self.after:
                raise failure
            result = effect()
            if mine:
                raise failure
            return result

    def call_database(
        self, function: str, arguments: Mapping[str, Any], who: str = WORKER
    ) -> Any:
        """Call a function as PostgREST does, with the JSON that it would return."""
        return self.around(lambda: self._query(who, function, arguments), Unavailable())

    def call_aws(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Do what an operation of AWS does."""

        def effect() -> Any:
            self.effects += effects_of(operation, arguments)
            return FakeAws.call(self.aws, operation, arguments)

        lost = EndpointConnectionError(endpoint_url="https://aws.example.com")
        return self.around(effect, lost)

    async def post(
        self, url: str, headers: Mapping[str, str], body: str
    ) -> WebhookResponse:
        """Receive a webhook; a failure is an answer of the client, as it always is."""

        def effect() -> WebhookResponse:
            sent = json.loads(body)
            self.effects.append(f"webhook {sent['type']} {sent['data']['ticket_id']}")
            return WebhookResponse(status=200, excerpt="ok")

        try:
            return self.around(effect, Unavailable())
        except Unavailable:
            return WebhookResponse(error="No answer.")

    @asynccontextmanager
    async def open_client(self) -> AsyncIterator["Outside"]:
        """Take the place of the HTTP client of webhooks."""
        yield self

    def _query(self, who: str, function: str, arguments: Mapping[str, Any]) -> Any:
        row = self.db.execute(SIGNATURE, function).fetchone()
        assert row is not None, function
        many, kinds, names = row
        kind_of = dict(zip(names or (), kinds, strict=False))
        bound = {
            name: Jsonb(value) if kind_of[name] == "jsonb" else value
            for name, value in arguments.items()
            if value is not None
        }
        rows = self.db.rows(who, function, **bound)
        return rows if many else rows[0]


def effects_of(operation: str, arguments: Mapping[str, Any]) -> list[str]:
    """Name what a call of AWS does, so that it can be counted."""
    match operation:
        case "put_events":
            events = [json.loads(entry["Detail"]) for entry in arguments["Entries"]]
            named = [f"bus {each['type']} {each['ticket_id']}" for each in events]
        case "send_message_batch":
            named = [f"queue {entry['Id']}" for entry in arguments["Entries"]]
        case "send_message":
            named = [f"job {arguments['MessageBody']}"]
        case "send_email":
            named = [f"email {arguments['Destination']['ToAddresses']}"]
        case "invoke":
            named = [f"worker {arguments['FunctionName']}"]
        case _:
            named = []
    return named
