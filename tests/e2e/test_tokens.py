"""Invalid tokens: every route answers 401."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from infra.local.keys import Keys

from .person import problem

pytestmark = pytest.mark.slow
REQUESTS = [
    ("GET", "/v1/whoami", None),
    ("GET", "/v1/tickets", None),
    ("GET", "/v1/tickets/1001", None),
    ("GET", "/v1/tickets/1001/events", None),
    ("GET", "/v1/tickets/1001/comments", None),
    ("GET", "/v1/queues", None),
    ("GET", "/v1/queues/support/tickets", None),
    ("GET", "/v1/people", None),
    ("GET", "/v1/roles", None),
    ("POST", "/v1/tickets", {"subject": "s", "body": "b"}),
    ("POST", "/v1/tickets/1001/comments", {"body": "b"}),
    ("PATCH", "/v1/tickets/1001/status", {"status": "open"}),
    ("PUT", "/v1/tickets/1001/assignee", {"me": True}),
    ("DELETE", "/v1/tickets/1001/assignee", None),
    ("PUT", "/v1/roles/mine", {"name": "x", "permissions": []}),
    ("PUT", "/v1/people/5b0d2f0e-3a86-4c1c-8f0e-6b1f8f3c2a02/roles/admin", None),
]


def part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


@pytest.fixture(scope="module")
def tokens(opened, people):
    """The admin's token, made invalid in every way we know."""
    good = people.admin.token
    claims = jwt.decode(good, options={"verify_signature": False})
    keys = Keys.load_or_create(opened.home.path / "keys.json")
    kid = {"kid": keys.signing_key["kid"]}
    ours = jwt.PyJWK(dict(keys.signing_key)).key
    theirs = ec.generate_private_key(ec.SECP256R1())
    head, _, signature = good.split(".")

    def signed(key=ours, **changed):
        return jwt.encode(claims | changed, key, algorithm="ES256", headers=kid)

    return {
        "good": signed(),
        "rubbish": "rubbish",
        "expired": signed(exp=int(time.time()) - 3600),
        "not yet": signed(nbf=int(time.time()) + 3600),
        "forged": signed(key=theirs),
        "weak": jwt.encode(claims, "x" * 32, algorithm="HS256"),
        "unsigned": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
        "changed": f"{head}.{part(claims | {'sub': 'x'})}.{signature}",
        "cut": good[:-4],
        "for others": signed(aud="elsewhere"),
        "for nobody": signed(aud=None),
        "of no session": signed(session_id=None),
        "of an ended session": signed(
            session_id="5b0d2f0e-3a86-4c1c-8f0e-6b1f8f3c2a02"
        ),
        "of nobody": signed(sub="5b0d2f0e-3a86-4c1c-8f0e-6b1f8f3c2a02"),
        "of no id": signed(sub="admin"),
        "without a subject": signed(sub=""),
        "publishable": opened.desk.supabase_publishable_key,
        "secret": opened.desk.supabase_secret_key,
    }


BAD = [
    "rubbish",
    "expired",
    "not yet",
    "forged",
    "weak",
    "unsigned",
    "changed",
    "cut",
    "for others",
    "for nobody",
    "of no session",
    "of an ended session",
    "publishable",
    "secret",
]


def test_the_same_token_unchanged_is_accepted(people, tokens):
    headers = {"authorization": f"Bearer {tokens['good']}"}

    answer = people.admin.send("GET", "/v1/whoami", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("kind", BAD)
def test_an_invalid_token_is_refused_by_every_route(people, unchanged, tokens, kind):
    headers = {"authorization": f"Bearer {tokens[kind]}"}

    with unchanged():
        answers = {
            (method, path): people.admin.send(method, path, json=body, headers=headers)
            for method, path, body in REQUESTS
        }

    refused = {request: problem(answer)[0] for request, answer in answers.items()}
    assert refused == dict.fromkeys(refused, 401)
    assert all("www-authenticate" in answer.headers for answer in answers.values())


def test_somebody_who_is_gone_sees_and_changes_nothing(people, unchanged, tokens):
    headers = {"authorization": f"Bearer {tokens['of nobody']}"}

    with unchanged():
        answers = {
            (method, path): people.admin.send(method, path, json=body, headers=headers)
            for method, path, body in REQUESTS
            if path != "/v1/roles"  # what roles there are is no secret
        }

    for (method, _), answer in answers.items():
        if answer.status_code == 200:
            assert (method, answer.json()["items"]) == ("GET", [])
        else:
            assert problem(answer)[0] in (401, 404)


@pytest.mark.parametrize("kind", ["of no id", "without a subject"])
def test_a_subject_that_is_no_id_is_refused(people, unchanged, tokens, kind):
    headers = {"authorization": f"Bearer {tokens[kind]}"}

    with unchanged():
        answer = people.admin.send("GET", "/v1/whoami", headers=headers)

    assert problem(answer)[0] in (401, 422)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic YWRtaW46YWRtaW4=", "Bearer a b", "bearer"]
)
def test_a_header_without_a_token_is_refused(people, header):
    answer = people.admin.send("GET", "/v1/whoami", headers={"authorization": header})

    assert problem(answer) == (401, "unauthenticated")


def test_a_cookie_and_a_query_are_no_token(people):
    path = f"/v1/whoami?access_token={people.admin.token}"
    cookie = f"access_token={people.admin.token}"

    answer = people.admin.send(
        "GET", path, headers={"authorization": "", "cookie": cookie}
    )

    assert problem(answer) == (401, "unauthenticated")
