"""pg_net: sent after commit only, once, and the answer kept."""

import json
from collections import Counter

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.open_desk import eventually
from tests.receivers import receiving

pytestmark = pytest.mark.slow
QUEUE = (
    "insert into net.http_request_queue (method, url, headers, body,"
    " timeout_milliseconds) values ('POST', %s, %s::jsonb, %s, %s) returning id"
)
POST = "select net.http_post(%s, %s::jsonb, %s::jsonb, %s::jsonb)"
RESPONSE = "select status_code, content, error_msg, timed_out from net._http_response"


def answer_to(database, request_id):
    query = f"{RESPONSE} where id = %s"
    return eventually(lambda: database.execute(query, [request_id]).fetchone())


def test_a_request_leaves_after_commit_only(database, superuser):
    with receiving() as receivers:
        with database.transaction():
            database.execute(POST, (f"{receivers.url}/held", "{}", "{}", "{}"))
            superuser.execute(POST, (f"{receivers.url}/committed", "{}", "{}", "{}"))

            assert receivers.got.get(timeout=30).path == "/committed"
            assert receivers.got.empty()

        assert receivers.got.get(timeout=30).path == "/held"


def test_a_rolled_back_request_never_leaves(database):
    with receiving() as receivers:
        with database.transaction(force_rollback=True):
            database.execute(POST, (f"{receivers.url}/never", "{}", "{}", "{}"))
        database.execute(POST, (f"{receivers.url}/sent", "{}", "{}", "{}"))

        assert receivers.got.get(timeout=30).path == "/sent"
        assert receivers.got.empty()


def test_a_request_has_its_method_headers_and_body(database):
    with receiving() as receivers:
        body = {"type": "INSERT", "note": "grüß"}
        headers = {"x-secret": "s", "Content-Type": "application/json"}
        values = (json.dumps(body), '{"a": "1 2", "b": "ü/"}', json.dumps(headers))
        request_id = database.execute(
            POST, (f"{receivers.url}/hook", *values)
        ).fetchone()[0]
        call = receivers.got.get(timeout=30)

        assert answer_to(database, request_id) == (200, "ok", None, False)
    assert call.path == "/hook?a=1%202&b=%c3%bc%2f"
    assert json.loads(call.body) == body
    assert call.headers["x-secret"] == "s"
    assert call.headers["user-agent"].startswith("pg_net/")
    assert call.headers["content-type"] == "application/json"


def test_get_and_delete_carry_no_body(database):
    with receiving() as receivers:
        database.execute("select net.http_get(%s)", [f"{receivers.url}/get"])
        database.execute("select net.http_delete(%s)", [f"{receivers.url}/delete"])

        seen = {(call.method, call.path, call.body) for call in take(receivers, 2)}

    assert seen == {("GET", "/get", b""), ("DELETE", "/delete", b"")}


def take(receivers, count):
    return [receivers.got.get(timeout=30) for _ in range(count)]


def test_a_refused_connection_is_recorded_and_not_retried(database):
    with receiving() as receivers:
        pass

    request_id = database.execute(POST, (receivers.url, "{}", "{}", "{}")).fetchone()[0]

    assert answer_to(database, request_id)[2] == "Couldn't connect to server"
    query = "select count(*) from net.http_request_queue where id = %s"
    assert database.execute(query, [request_id]).fetchone() == (0,)


def test_another_content_type_is_refused(database):
    with pytest.raises(psycopg.errors.RaiseException, match="Content-Type"):
        database.execute(
            POST, ("http://x", "{}", "{}", '{"content-type": "text/plain"}')
        )


def test_many_requests_arrive_each_once(database):
    with receiving() as receivers:
        database.execute(
            "select net.http_post(%s || i) from generate_series(1, 250) as i",
            [f"{receivers.url}/"],
        )

        paths = [call.path for call in take(receivers, 250)]

    assert len(set(paths)) == 250


def answers_to(database, rows):
    """Queue rows in one transaction, so that they are one batch; return the results."""
    with database.transaction():
        made = [database.execute(QUEUE, row).fetchone()[0] for row in rows]
        database.execute("select net.wake()")  # an insert alone wakes nobody
    return [answer_to(database, request_id) for request_id in made]


def test_headers_of_any_type_are_sent_as_text(database):
    headers = {"a": 5, "b": None, "c": True, "d": {"e": 1}, "f": "g", "h": ""}
    with receiving() as receivers:
        row = (f"{receivers.url}/ok", json.dumps(headers), b"{}", 30_000)

        assert answers_to(database, [row]) == [(200, "ok", None, False)]
        got = receivers.got.get(timeout=30).headers
    sent = {name: got.get(name) for name in "abcdf"}
    assert sent == {"a": "5", "b": None, "c": "true", "d": '{"e": 1}', "f": "g"}


FAILING = {
    "headers that are no object": ("/ok", "5", 5000),
    "a header with a line break": ("/ok", '{"a": "b\\r\\nc: d"}', 5000),
    "a header name that is none": ("/ok", '{"a b\\n": "c"}', 5000),
    "a length that is none": ("/ok", '{"Content-Length": "x"}', 500),
    "no time at all": ("/hanging", "{}", 0),
    "negative time": ("/hanging", "{}", -1),
    "no response": ("/garbage", "{}", 5000),
    "half a response": ("/half", "{}", 500),
    "a response without an end": ("/flooding", "{}", 30_000),
}
NO_URLS = (
    "",
    "nonsense",
    "ftp://127.0.0.1",
    "http://",
    "http://[::1",
    "http://a:99999/",
    "http://\x01/",
    "http://a\r\nb: c/",
)


def test_a_request_that_fails_is_stored_once_and_stops_nothing(database):
    with receiving() as receivers:
        rows = [
            (f"{receivers.url}{path}", headers, b"{}", milliseconds)
            for path, headers, milliseconds in FAILING.values()
        ]
        urls = [(url, "{}", b"", 5000) for url in NO_URLS]
        last = (f"{receivers.url}/last", "{}", b"{}", 30_000)
        *failed, sent = answers_to(database, [*rows, *urls, last])

        paths = [call.path for call in receivers.taken()]
    names = [*FAILING, *NO_URLS]
    assert sent[0] == 200
    stored = [(status, bool(error)) for status, _, error, _ in failed]
    assert dict(zip(names, stored, strict=True)) == dict.fromkeys(names, (None, True))
    queued = [path for path, _, _ in FAILING.values()]
    assert Counter(paths) <= Counter([*queued, "/last"])


CONTENTS = {
    "/nul-body": "a\ufffdb",
    "/latin-header": "ok",
    "/codec": "ok",
    "/escapes": "?",
    "/failing": "a\ufffdb\ufffd",
}


def test_a_response_of_any_content_is_stored_once(database):
    with receiving() as receivers:
        rows = [(f"{receivers.url}{path}", "{}", b"{}", 30_000) for path in CONTENTS]
        stored = [content for _, content, _, _ in answers_to(database, rows)]

        paths = [call.path for call in receivers.taken()]
    assert dict(zip(CONTENTS, stored, strict=True)) == CONTENTS
    assert sorted(paths) == sorted(CONTENTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
).filter(lambda value: "\\u0000" not in json.dumps(value))
TEXTS = st.text().filter(lambda text: "\0" not in text)


ROWS = st.tuples(TEXTS, JSON | st.dictionaries(TEXTS, JSON), st.binary())


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, min_size=30, max_size=30))
def test_rows_of_any_content_all_get_a_result(database, rows):
    with receiving() as receivers:
        queued = [
            (f"{receivers.url}/{path}", json.dumps(headers), body, 500)
            for path, headers, body in rows
        ]

        assert len(answers_to(database, queued)) == len(rows)
