"""One id from a request to its log lines, the database, and the answer."""

import asyncio

from aws_lambda_powertools import Logger

from shared.handlers import answering
from shared.persistence import open_database
from shared.telemetry import HEADER, follow, followed
from tests.events import context, http_event
from tests.fakes.postgrest import serving

FIRST, SECOND = "JKJaXmPLvHcESHA=", "KLKbYnQMwIdFTIB="


def test_what_happens_in_the_block_belongs_to_the_trail_and_nothing_after_it():
    with follow(FIRST):
        with follow(SECOND):
            inner = followed(), logged()
        outer = followed(), logged()

    assert inner == (SECOND, SECOND)
    assert outer == (FIRST, FIRST)
    assert (followed(), logged()) == (None, None)


def logged():
    return Logger().thread_safe_get_current_keys().get("correlation_id")


def test_what_goes_on_at_once_keeps_its_own_trail():
    async def work(trail):
        with follow(trail):
            await asyncio.sleep(0)
            return followed(), logged()

    async def both():
        return await asyncio.gather(work(FIRST), work(SECOND))

    with asyncio.Runner() as runner:
        told = runner.run(both())

    assert told == [(FIRST, FIRST), (SECOND, SECOND)]


def test_the_database_is_told_which_request_asks():
    with serving() as rest:
        database = open_database(rest.url, "key")
        with follow(FIRST):
            database.call("health", {})
        database.call("health", {})

    assert [asked.headers.get(HEADER) for asked in rest.asked] == [FIRST, None]


def test_the_answer_names_api_gateways_id_whatever_the_client_says():
    event = http_event("GET", "/", headers={HEADER: "somebody-elses"})
    seen = []

    @answering
    def handler(event, context):
        seen.append(followed())
        return {"statusCode": 204, "headers": {}}

    answer = handler(event, context())

    told = event["requestContext"]["requestId"]
    assert seen == [told]
    assert answer["headers"] == {HEADER: told}
