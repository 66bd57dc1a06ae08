"""Whatever a request to the gateway of Supabase holds, the next one is served."""

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.raw_http import exchange, requests

from .support import connections, signed_up

pytestmark = pytest.mark.slow
PATHS = (
    b"/rest/v1/notes",
    b"/auth/v1/user",
    b"/auth/v1/verify",
    b"/auth/v1/.well-known/jwks.json",
    b"/realtime/v1/websocket",
    b"/realtime/v1/api/broadcast",
    b"/health",
    b"/",
    b"x",
)


def is_postgrest_confused(line):
    """Tell whether PostgREST itself fails: it does at a query that is no UTF-8."""
    try:
        unquote_to_bytes(line).decode()
    except UnicodeDecodeError:
        return b"/rest/" in line
    return False


def test_requests_of_any_bytes_get_no_failure(platform):
    key = f"apikey: {platform.keys.publishable}\r\n".encode()

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(requests(PATHS), st.booleans())
    def check(request, with_key):
        line, _, rest = request.partition(b"\r\n")
        head = line + b"\r\n" + (key if with_key else b"")
        status = exchange(platform.url, head + rest, 0.5)
        if status != 500 or not is_postgrest_confused(line):
            assert status is None or status < 500 or status == 501, status

    check()
    assert signed_up(platform).table("notes").select("*").execute().data == []


@pytest.mark.parametrize("service", ["rest", "auth", "realtime"])
def test_a_header_in_another_encoding_reaches_the_service(platform, service):
    path = {"rest": "rest/v1/notes", "auth": "auth/v1/health"}.get(service)
    path = path or "realtime/v1/health"
    head = f"GET /{path} HTTP/1.1\r\nHost: x\r\napikey: {platform.keys.secret}\r\n"

    request = head.encode() + b"X-Name: caf\xe9 \xff\r\nConnection: close\r\n\r\n"

    assert exchange(platform.url, request) in {200, 401, 403}


MESSAGES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("messages", "topic", "event", "payload", "private")), inner
        )
    ),
    max_leaves=12,
)


def test_batches_of_any_content_are_sent_or_explained(platform):
    url = f"{platform.url}/realtime/v1/api/broadcast"
    headers = {"apikey": platform.keys.publishable}

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(MESSAGES | st.fixed_dictionaries({"messages": st.lists(MESSAGES)}))
    def check(body):
        answer = connections().post(url, headers=headers, json=body)
        assert answer.status_code in {202, 422}, answer.text

    check()
    message = {"topic": "lobby", "event": "x", "payload": {}}
    answer = connections().post(url, headers=headers, json={"messages": [message]})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/octet-stream", 202),
        (b'"' + b"x" * (4 << 20) + b'"', "application/json", 413),
        (b"{}", "text/plain", 415),
    ],
)
def test_a_message_of_any_content_is_sent_or_explained(platform, body, kind, status):
    headers = {"apikey": platform.keys.publishable, "content-type": kind}
    url = f"{platform.url}/realtime/v1/api/broadcast/lobby/events/x"

    answer = connections().post(url, headers=headers, content=body)

    assert answer.status_code == status


@pytest.mark.parametrize("topic", ["a%00b", "%ff", "a" * 3000])
def test_a_private_topic_that_no_database_takes_is_not_allowed(platform, topic):
    session = signed_up(platform).auth.get_session()
    headers = {"apikey": platform.keys.publishable}
    headers["Authorization"] = f"Bearer {session.access_token}"
    url = f"{platform.url}/realtime/v1/api/broadcast/{topic}/events/x?private=true"

    assert connections().post(url, headers=headers, json={}).status_code == 403
