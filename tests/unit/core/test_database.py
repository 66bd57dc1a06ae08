"""The PostgREST client, against a server that responds as PostgREST would."""

import pytest

from shared.core.errors import AppError, NotFound, Unavailable
from shared.core.persistence import open_database
from tests.fakes import NOT_FOUND, rest_error
from tests.http_server import Response


@pytest.fixture(autouse=True)
def health(rest):
    rest.results["health"] = {"status": "ok"}


def test_a_call_carries_the_callers_token_and_our_key(rest):
    open_database(rest.url, "sb_publishable_1", "a.b.c").call("health", {})

    [call] = rest.calls
    assert call.function == "health"
    assert call.headers["authorization"] == "Bearer a.b.c"
    assert call.headers["apikey"] == "sb_publishable_1"


def test_two_callers_never_share_a_token(rest):
    first = open_database(rest.url, "key", "first")
    second = open_database(rest.url, "key", "second")

    for database in (first, second, first, open_database(rest.url, "key")):
        database.call("health", {})

    tokens = [call.headers.get("authorization") for call in rest.calls]
    assert tokens == ["Bearer first", "Bearer second", "Bearer first", None]


def test_an_argument_of_none_keeps_the_default_of_the_function(rest):
    arguments = {"a": None, "b": 0, "c": "", "d": False}

    open_database(rest.url, "key").call("health", arguments)

    assert rest.arguments("health") == [{"b": 0, "c": "", "d": False}]


def test_a_refusal_of_the_database_comes_as_its_kind(rest):
    rest.results["get_ticket"] = NOT_FOUND

    with pytest.raises(NotFound, match="not-found"):
        open_database(rest.url, "key").call("get_ticket", {})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"<html>Bad gateway</html>", Unavailable),
        (503, b"", Unavailable),
        (504, b"{}", Unavailable),
        (500, b"not json", AppError),
        (500, b"[]", AppError),
        (418, b"null", AppError),
    ],
)
def test_a_gateway_in_between_may_respond_with_anything(rest, status, body, kind):
    rest.results["health"] = Response(status, body)

    with pytest.raises(AppError) as failed:
        open_database(rest.url, "key").call("health", {})

    assert type(failed.value) is kind


def test_a_server_that_is_not_there_is_an_outage(unused_port):
    with pytest.raises(Unavailable):
        open_database(f"http://127.0.0.1:{unused_port}", "key").call("health", {})


def test_the_message_of_postgres_is_not_chained_into_the_traceback(rest):
    details = "Failing row contains (ida@example.com)."
    rest.results["health"] = rest_error(400, "23514", "x", details)

    with pytest.raises(AppError) as failed:
        open_database(rest.url, "key").call("health", {})

    assert failed.value.__suppress_context__
