"""Whatever a request of Auth holds, it is refused in Auth's words or served."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .support import PASSWORD, client, connections, new_email, signed_up

pytestmark = pytest.mark.slow
FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
TEXT, OBJECT, FLAG = "text", "object", "flag"
MEMBERS = {
    ("POST", "signup"): {"email": TEXT, "password": TEXT, "data": OBJECT},
    ("POST", "token?grant_type=password"): {"email": TEXT, "password": TEXT},
    ("POST", "token?grant_type=refresh_token"): {"refresh_token": TEXT},
    ("POST", "recover"): {"email": TEXT},
    ("POST", "otp"): {"email": TEXT, "data": OBJECT, "create_user": FLAG},
    ("POST", "verify"): {"type": TEXT, "token": TEXT, "token_hash": TEXT},
    ("PUT", "user"): {"password": TEXT, "data": OBJECT},
    ("POST", "admin/users"): {
        "email": TEXT,
        "password": TEXT,
        "user_metadata": OBJECT,
        "app_metadata": OBJECT,
        "email_confirm": FLAG,
    },
}
WRONG = {TEXT: (7, True, {}, []), OBJECT: (7, True, "x", []), FLAG: (7, "true", {}, [])}
GIVEN = {TEXT: "text", OBJECT: {}, FLAG: True}
CASES = [
    (route, member, kind, value)
    for route, members in MEMBERS.items()
    for member, kind in members.items()
    for value in WRONG[kind]
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = sorted({name for members in MEMBERS.values() for name in members})
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), JSON).map(json.dumps).map(str.encode),
    JSON.map(json.dumps).map(str.encode),
    st.binary(),
    st.just(b"[" * 50_000),
    st.just(b'{"email": ' + b"[" * 50_000),
)
HEADERS = st.sampled_from(["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic x"])


@pytest.fixture(scope="module")
def headers(platform):
    """Keys and tokens with which every route is open."""
    token = signed_up(platform).auth.get_session().access_token
    person = {"apikey": platform.keys.publishable, "Authorization": f"Bearer {token}"}
    return {"user": person, "admin/users": {"apikey": platform.keys.secret}}


@pytest.fixture
def send(platform, headers):
    nobody = {"apikey": platform.keys.publishable}

    def send(method, path, body, **more):
        known = headers.get(path, nobody) | more
        url = f"{platform.url}/auth/v1/{path}"
        return connections().request(method, url, headers=known, content=body)

    return send


@pytest.mark.parametrize(("route", "member", "kind", "value"), CASES)
def test_a_member_of_the_wrong_type_refuses_the_body(send, route, member, kind, value):
    body = {name: GIVEN[other] for name, other in MEMBERS[route].items()}
    body |= {"email": new_email(), "password": PASSWORD} if kind != TEXT else {}
    body |= {member: value}

    answer = send(*route, json.dumps(body).encode())

    assert answer.status_code in {400, 422}, answer.text
    assert set(answer.json()) >= {"code", "error_code", "msg"}


@pytest.mark.parametrize("route", MEMBERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"email": NaN}',
        b'{"data": {"a": 1e400}}',
        b'{"data": {"a": "\\u0000"}, "email": "\\u0000@example.com"}',
        b'{"data": {"a": "\\ud800"}}',
        b"[" * 100_000,
        b'{"email": "\xff"}',
    ],
)
def test_what_is_no_storable_object_is_refused(send, route, body):
    answer = send(*route, body)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] in {"bad_json", "validation_failed"}


def test_requests_of_any_content_get_no_failure(platform, send):
    @FEW
    @given(
        st.sampled_from(sorted(MEMBERS)),
        BODIES,
        st.none() | HEADERS,
        st.none() | st.text("x☃\0é", min_size=1),
    )
    def check(route, body, header, name):
        more = {} if header is None else {"Authorization": header}
        if name is not None:
            more["X-Name"] = name.encode("latin-1", "replace").replace(b"\0", b"")
        answer = send(*route, body, **more)
        assert answer.status_code < 500, answer.text
        json.loads(answer.content or b"{}")

    check()
    assert signed_up(platform).auth.get_user()


QUERIES = [
    "page=0",
    "page=-1",
    "page=x",
    "page=" + "9" * 5000,
    "page=99999999999999999999",
    "per_page=999999999",
    "page=٣",
    "page=%00",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_that_is_none_is_no_failure(platform, query):
    secret = {"apikey": platform.keys.secret}

    answer = httpx.get(f"{platform.url}/auth/v1/admin/users?{query}", headers=secret)

    assert answer.status_code in {200, 400}
    assert client(platform, platform.keys.secret).auth.admin.list_users(per_page=1)


@pytest.mark.parametrize("length", [255, 256, 5000])
def test_an_address_is_at_most_as_long_as_its_column(send, length):
    email = "a" * (length - 12) + "@example.com"
    body = {"email": email, "password": PASSWORD}

    assert send("POST", "signup", json.dumps(body).encode()).status_code == (
        200 if length == 255 else 400
    )
