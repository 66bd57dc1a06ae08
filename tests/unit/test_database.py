"""The PostgREST client, against a server that answers as PostgREST would."""

import pytest

from shared.core.errors import AppError, NotFound, Unavailable
from shared.core.persistence import open_database
from tests.fakes.postgrest import serving


@pytest.fixture
def rest():
    with serving() as fake:
        yield fake


def test_a_call_forwards_the_callers_token_and_our_key(rest):
    open_database(rest.url, "sb_publishable_1", "a.b.c").call("health", {})

    [asked] = rest.asked
    assert asked.function == "health"
    assert asked.headers["authorization"] == "Bearer a.b.c"
    assert asked.headers["apikey"] == "sb_publishable_1"


def test_two_callers_never_share_a_token(rest):
    first = open_database(rest.url, "key", "first")
    second = open_database(rest.url, "key", "second")

    for database in (first, second, first, open_database(rest.url, "key")):
        database.call("health", {})

    tokens = [asked.headers.get("authorization") for asked in rest.asked]
    assert tokens == ["Bearer first", "Bearer second", "Bearer first", None]


def test_what_is_not_given_keeps_the_default_of_the_function(rest):
    open_database(rest.url, "key").call("f", {"a": None, "b": 0, "c": "", "d": False})

    assert rest.asked[0].arguments == {"b": 0, "c": "", "d": False}


def test_a_problem_of_ours_comes_back_as_its_kind(rest):
    rest.reports(404, "PT404", "not-found", "There is no such ticket.")

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
def test_whatever_stands_between_us_may_say_anything(rest, status, body, kind):
    rest.answers = [(status, body)]

    with pytest.raises(AppError) as failed:
        open_database(rest.url, "key").call("health", {})

    assert type(failed.value) is kind


def test_nobody_there_is_unavailable():
    with serving() as gone:
        pass

    with pytest.raises(Unavailable):
        open_database(gone.url, "key").call("health", {})


def test_what_postgres_quotes_is_not_chained_into_the_traceback(rest):
    rest.reports(400, "23514", "x", "Failing row contains (ida@example.com).")

    with pytest.raises(AppError) as failed:
        open_database(rest.url, "key").call("f", {})

    assert failed.value.__suppress_context__
