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
from tests.fakes.postgrest import serving

FIRST, SECOND = "JKJaXmPLvHcESHA=", "KLKbYnQMwIdFTIB="


def test_what_happens_in_the_block_belongs_to_the_trail_and_nothing_after_it():
    with correlation_scope(FIRST):
        with correlation_scope(SECOND):
            inner = correlation_id(), logged()
        outer = correlation_id(), logged()

    assert inner == (SECOND, SECOND)
    assert outer == (FIRST, FIRST)
    assert (correlation_id(), logged()) == (None, None)


def logged():
    return Logger().thread_safe_get_current_keys().get("correlation_id")


def test_what_goes_on_at_once_keeps_its_own_trail():
    async def work(trail):
        with correlation_scope(trail):
            await asyncio.sleep(0)
            return correlation_id(), logged()

    async def both():
        return await asyncio.gather(work(FIRST), work(SECOND))

    with asyncio.Runner() as runner:
        told = runner.run(both())

    assert told == [(FIRST, FIRST), (SECOND, SECOND)]


def test_the_database_is_told_which_request_asks():
    with serving() as rest:
        database = open_database(rest.url, "key")
        with correlation_scope(FIRST):
            database.call("health", {})
        database.call("health", {})

    assert [asked.headers.get(CORRELATION_HEADER) for asked in rest.asked] == [
        FIRST,
        None,
    ]


def test_the_answer_names_api_gateways_id_whatever_the_client_says():
    event = http_event("GET", "/", headers={CORRELATION_HEADER: "somebody-elses"})
    seen = []

    @http_handler
    def handler(event, context):
        seen.append(correlation_id())
        return {"statusCode": 204, "headers": {}}

    answer = handler(event, context())

    told = event["requestContext"]["requestId"]
    assert seen == [told]
    assert answer["headers"] == {CORRELATION_HEADER: told}
