"""One id from a request to its log lines, the database, and the answer."""

import asyncio

from aws_lambda_powertools import Logger

from shared.core.handlers import http_handler
from shared.core.observability import (
    CORRELATION_HEADER,
    correlation_id,
    correlation_scope,
)
from shared.core.persistence import open_database
from tests.events import context, http_event

FIRST, SECOND = "JKJaXmPLvHcESHA=", "KLKbYnQMwIdFTIB="


def test_a_scope_ends_with_its_block():
    with correlation_scope(FIRST):
        with correlation_scope(SECOND):
            inner = correlation_id(), logged()
        outer = correlation_id(), logged()

    assert inner == (SECOND, SECOND)
    assert outer == (FIRST, FIRST)
    assert (correlation_id(), logged()) == (None, None)


def logged():
    return Logger().thread_safe_get_current_keys().get("correlation_id")


def test_concurrent_scopes_are_separate():
    async def work(correlation):
        with correlation_scope(correlation):
            await asyncio.sleep(0)
            return correlation_id(), logged()

    async def both():
        return await asyncio.gather(work(FIRST), work(SECOND))

    with asyncio.Runner() as runner:
        found = runner.run(both())

    assert found == [(FIRST, FIRST), (SECOND, SECOND)]


def test_a_call_of_the_database_carries_the_correlation_id(rest):
    rest.results["health"] = {"status": "ok"}
    database = open_database(rest.url, "key")

    with correlation_scope(FIRST):
        database.call("health", {})
    database.call("health", {})

    found = [call.headers.get(CORRELATION_HEADER) for call in rest.calls]
    assert found == [FIRST, None]


def test_the_correlation_id_is_api_gateways_and_not_the_clients():
    event = http_event("GET", "/", headers={CORRELATION_HEADER: "somebody-elses"})
    seen = []

    @http_handler
    def handler(event, context):
        seen.append(correlation_id())
        return {"statusCode": 204, "headers": {}}

    answer = handler(event, context())

    expected = event["requestContext"]["requestId"]
    assert seen == [expected]
    assert answer["headers"] == {CORRELATION_HEADER: expected}
