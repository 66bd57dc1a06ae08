"""Managing machine users, and issuing tokens to them (RFC 6749, 4.4)."""

from base64 import b64encode
from urllib.parse import quote_plus, urlencode

import pytest

from functions.issue_token.app import handler as issue_token
from functions.manage_machines.app import handler as manage_machines
from tests.builders import ME, NOW, page
from tests.events import http_event, invoke, send
from tests.fakes import OUTAGE, in_turn
from tests.http_server import Response

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
SECRET = "autocrm_" + "5e999a7b" * 8  # where JSON would have numbers, and huge ones
ONE = f"/v1/machine-users/{ID}"
MACHINE = {
    "id": ID,
    "client_id": ID,
    "name": "Import",
    "role": "machine_0f6d6f0a6a544c6e",
    "permissions": ["tickets.create"],
    "secrets": [
        {
            "id": ID,
            "created_at": NOW.isoformat(),
            "expires_at": None,
            "last_used_at": None,
        }
    ],
    "last_used_at": None,
    "created_by": str(ME),
    "created_by_name": "Ida",
    "created_at": NOW.isoformat(),
    "updated_at": NOW.isoformat(),
    "revoked_at": None,
    "version": 3,
}
NEW = MACHINE | {"client_secret": SECRET}
DRAFT = {"name": "Import", "permissions": ["tickets.create"]}
PASSWORD = "the-password-of-the-vault"
ACCOUNT = {"id": ID, "email": f"{ID}@machines.invalid", "password": PASSWORD,
           "name": "Import"}  # fmt: skip
CREDENTIALS = {"email": ACCOUNT["email"], "password": PASSWORD}
USERS, SIGN_IN = "/auth/v1/admin/users", "/auth/v1/token"
SESSION = {"access_token": "a.b.c", "token_type": "bearer", "expires_in": 3600,
           "refresh_token": "r"}  # fmt: skip
GRANT = {"grant_type": "client_credentials"}
CLIENT = {"client_id": ID, "client_secret": SECRET}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def basic(name=ID, secret=SECRET):
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"
    return {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def ask(form, headers=None):
    body = form if isinstance(form, str) else urlencode(form)
    event = http_event("POST", "/v1/token", body, FORM | (headers or {}))
    return invoke(issue_token, event)


@pytest.mark.parametrize(
    ("method", "path", "body", "result", "status", "function", "arguments"),
    [
        ("GET", "/v1/machine-users", None, page(MACHINE), 200, "list_machine_users",
         {"page_size": 50}),
        ("GET", ONE, None, MACHINE, 200, "get_machine_user", {"machine": ID}),
        ("PATCH", ONE, {"name": "Export"}, MACHINE, 200, "change_machine_user",
         {"machine": ID, "changes": {"name": "Export"}, "expected_version": 2}),
        ("DELETE", ONE, None, MACHINE, 200, "revoke_machine_user", {"machine": ID}),
        ("DELETE", f"{ONE}/secrets/{ID}", None, MACHINE, 200, "delete_machine_secret",
         {"machine": ID, "secret": ID}),
    ],
)  # fmt: skip
def test_a_route_is_one_call(
    rest, method, path, body, result, status, function, arguments
):
    rest.results[function] = result
    headers = {"If-Match": '"2"'} if method == "PATCH" else {}

    answer = send(manage_machines, method, path, body, headers=headers)

    assert answer.status == status, answer.body
    assert rest.arguments(function) == [arguments]
    assert rest.functions == [function]


@pytest.mark.parametrize(
    ("path", "body", "function", "success"),
    [
        ("/v1/machine-users", DRAFT, "create_machine_user", (201, ONE)),
        (f"{ONE}/secrets", None, "create_machine_secret", (200, None)),
    ],
)
def test_a_secret_is_answered_once_the_machine_has_its_account(
    rest, path, body, function, success
):
    rest.results |= {function: NEW, "machine_account": ACCOUNT, USERS: {"id": ID}}

    answer = send(manage_machines, "POST", path, body, headers={"Idempotency-Key": "k"})

    assert (answer.status, answer.headers.get("location")) == success
    assert answer.json["client_secret"] == SECRET
    assert PASSWORD not in answer.body
    assert rest.functions == [function, "machine_account", USERS]
    assert rest.arguments(function)[0]["idempotency_key"] == "k"
    made = rest.calls[-1]
    assert made.headers["apikey"] == "sb_secret_worker"
    assert made.arguments == {
        "id": ID,
        "email": ACCOUNT["email"],
        "password": PASSWORD,
        "email_confirm": True,
        "user_metadata": {"name": "Import"},
    }


@pytest.mark.parametrize(
    ("accounts", "created", "status"),
    [
        (in_turn(None), Response(200, b"{}"), 201),  # a request that is sent again
        (in_turn(ACCOUNT, None), Response(422, b"{}"), 201),  # two requests at once
        (in_turn(ACCOUNT, ACCOUNT), Response(500, b"{}"), 503),
        (in_turn(ACCOUNT), OUTAGE, 503),
    ],
)
def test_creating_is_completed_by_whoever_comes_again(rest, accounts, created, status):
    rest.results |= {
        "create_machine_user": NEW, "machine_account": accounts, USERS: created
    }  # fmt: skip

    answer = send(manage_machines, "POST", "/v1/machine-users", DRAFT)

    assert answer.status == status
    assert (SECRET in answer.body) == (status == 201)


@pytest.mark.parametrize(
    "body",
    [
        {},
        DRAFT | {"name": ""},
        DRAFT | {"name": "a\nb"},
        DRAFT | {"permissions": None},
        DRAFT | {"permissions": ["p"] * 101},
        DRAFT | {"expires_at": "tomorrow"},
        DRAFT | {"client_secret": "mine"},
    ],
)
def test_an_invalid_draft_never_reaches_the_database(rest, body):
    answer = send(manage_machines, "POST", "/v1/machine-users", body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        (GRANT | CLIENT, {}),
        (GRANT, basic()),
        (GRANT | {"client_id": ID}, basic()),
        (GRANT | CLIENT | {"scope": ""}, {}),
    ],
)
def test_a_client_gets_the_token_of_auth(rest, form, headers):
    rest.results |= {"authenticate_machine": CREDENTIALS, SIGN_IN: SESSION}

    answer = ask(form, headers)

    assert answer.status == 200, answer.body
    assert answer.json == {
        "access_token": "a.b.c", "token_type": "bearer", "expires_in": 3600
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    assert rest.arguments("authenticate_machine") == [CLIENT]
    assert rest.arguments(SIGN_IN) == [CREDENTIALS]
    signed_in = rest.calls[-1].headers
    assert signed_in["apikey"] == "sb_secret_worker"
    assert signed_in["sb-forwarded-for"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("form", "headers", "error"),
    [
        ({}, {}, "invalid_request"),
        (CLIENT, {}, "invalid_request"),
        (f"{urlencode(GRANT | CLIENT)}&client_id=x", {}, "invalid_request"),
        ("grant_type=%ff", {}, "invalid_request"),
        ('{"grant_type": "client_credentials"}', {"content-type": "application/json"},
         "invalid_request"),
        (GRANT | CLIENT, basic(), "invalid_request"),
        (GRANT | {"client_id": "other"}, basic(), "invalid_request"),
        ({"grant_type": "password"} | CLIENT, {}, "unsupported_grant_type"),
        (GRANT | CLIENT | {"scope": "all"}, {}, "invalid_scope"),
        (GRANT, {}, "invalid_client"),
        (GRANT | {"client_id": ID}, {}, "invalid_client"),
        (GRANT, {"authorization": "Bearer a.b.c"}, "invalid_client"),
        (GRANT, {"authorization": "Basic !"}, "invalid_client"),
        (GRANT, {"authorization": "Basic /w=="}, "invalid_client"),
        (GRANT | CLIENT | {"client_secret": "\0"}, {}, "invalid_client"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_gets_the_error_of_oauth(rest, form, headers, error):
    answer = ask(form, headers)

    refused = answer.headers.get("www-authenticate")
    assert answer.json["error"] == error
    assert set(answer.json) == {"error", "error_description"}
    assert answer.status == (401 if error == "invalid_client" else 400)
    assert (refused is not None) == (error == "invalid_client")
    assert answer.headers["cache-control"] == "no-store"
    assert not rest.calls


@pytest.mark.parametrize(
    ("found", "session"), [(None, SESSION), (CREDENTIALS, Response(400, b"{}"))]
)
def test_nobody_learns_why_a_client_is_not_let_in(rest, found, session):
    rest.results |= {"authenticate_machine": found, SIGN_IN: session}

    answer = ask(GRANT, basic())

    assert (answer.status, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")
    text = "There is no such client, or its secret is another."
    assert answer.json["error_description"] == text


def test_the_limit_of_auth_is_passed_on(rest):
    limited = Response(429, b"{}")
    rest.results |= {"authenticate_machine": CREDENTIALS, SIGN_IN: limited}

    answer = ask(GRANT, basic())

    assert (answer.status, answer.problem) == (429, "too-many-requests")
    assert int(answer.headers["retry-after"]) > 0
