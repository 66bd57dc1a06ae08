"""pg_net: sent after commit only, once, and the answer kept."""

import json

import psycopg
import pytest

from tests.open_desk import eventually
from tests.receivers import receiving

pytestmark = pytest.mark.slow
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
