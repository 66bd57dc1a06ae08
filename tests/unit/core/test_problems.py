import inspect

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from shared.core import errors
from shared.core.errors import AppError, Conflict, Denied, Invalid, NotFound
from shared.core.http import create_app
from shared.tickets import TicketDraft

KINDS = [getattr(errors, name) for name in errors.__all__ if name[0].isupper()]
STATUS = {
    "AppError": 500,
    "Conflict": 409,
    "Denied": 403,
    "Invalid": 422,
    "Malformed": 400,
    "NotFound": 404,
    "Stale": 412,
    "TooLarge": 413,
    "TooMany": 429,
    "Unauthenticated": 401,
    "Unavailable": 503,
    "Unsupported": 415,
}


def response_to(error):
    app: FastAPI = create_app()

    @app.get("/fail")
    async def fail():
        raise error

    with TestClient(app, raise_server_exceptions=False) as client:
        return client.get("/fail")


@pytest.fixture
def drafts():
    app = create_app()

    @app.post("/drafts")
    async def post(draft: TicketDraft) -> None:
        """Accept any draft."""

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_has_its_status_and_shape(kind):
    answer = response_to(kind("A sentence."))

    body = answer.json()
    assert answer.status_code == body["status"] == STATUS[kind.__name__]
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:autocrm:problem:{kind.slug}"
    assert body["title"] == inspect.getdoc(kind).splitlines()[0]
    assert body.get("detail") == ("A sentence." if kind is not AppError else None)


def test_a_slug_narrows_a_kind_without_moving_its_status():
    answer = response_to(Conflict("Make another one.", "last-admin"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:autocrm:problem:last-admin"


def test_a_subclass_keeps_the_status_of_its_kind():
    class Full(Conflict):
        """The queue is full."""

        slug = "full"

    assert response_to(Full()).status_code == 409


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        (errors.Unauthenticated, "www-authenticate"),
        (errors.Unavailable, "retry-after"),
        (errors.TooMany, "retry-after"),
    ],
)
def test_a_problem_has_the_header_that_helps(kind, header):
    assert response_to(kind()).headers[header]


@pytest.mark.parametrize("kind", [NotFound, Denied, Invalid])
def test_a_problem_without_a_detail_has_no_such_member(kind):
    assert set(response_to(kind()).json()) == {"type", "title", "status"}


@pytest.mark.parametrize(
    "error", [RuntimeError("ida@example.com"), KeyError("ida@example.com")], ids=repr
)
def test_an_unexpected_failure_is_500_without_its_message(error):
    answer = response_to(error)

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:autocrm:problem:internal-error"
    assert "ida" not in answer.text
    assert type(error).__name__ not in answer.text


@pytest.mark.parametrize("status", [401, 403, 404, 405, 406, 415, 429])
def test_failures_of_the_framework_are_problems_too(status):
    answer = response_to(HTTPException(status))

    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["type"], body["status"]) == ("about:blank", status)


def test_a_wrong_method_is_405_with_those_that_are_allowed(drafts):
    answer = drafts.put("/drafts", json={})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/subject", "#/body"}),
        ({"subject": "a", "body": "b", "moon": 1}, {"#/moon"}),
        ({"subject": "a", "body": "b", "tags": ["a b"]}, {"#/tags/0"}),
        ({"subject": "a", "body": "b", "a/b~c": 1}, {"#/a~1b~0c"}),
        # Not into branches of unions, nor into validators.
        ({"subject": "a", "body": "b", "data": {"x": [["\0"]]}}, {"#/data"}),
        ([], {"#"}),
        ("text", {"#"}),
        (None, {"#"}),
        (7, {"#"}),
    ],
)
def test_an_invalid_body_is_pointed_into(drafts, body, pointers):
    answer = drafts.post("/drafts", json=body)

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == pointers


def test_an_invalid_value_is_not_repeated(drafts):
    answer = drafts.post("/drafts", json={"subject": ["ida@example.com"], "body": "b"})

    assert answer.status_code == 422
    assert "ida" not in answer.text


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"subject": "a",}',
        b"",
        b"\xff\xfe",
        b'{"subject": "\xff"}',
        b"'single'",
        b"{" * 2_000,
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"subject": "a", "body": "b", "data": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"subject": "a", "body": "b", "data": {"a": 1e999}}',
        b'{"subject": "a", "body": "b", "data": {"a": NaN}}',
        b'{"subject": "\\ud800", "body": "b"}',
        b'{"subject": "a\\u0000", "body": "b"}',
        b'{"subject": "a", "body": "b", "data": {"a": "\\udfff"}}',
        b'{"subject": "a", "body": "b"} trailing',
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_an_unreadable_body_is_a_problem_of_the_caller(drafts, raw):
    answer = drafts.post(
        "/drafts", content=raw, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
        ";;;",
    ],
)
def test_another_content_type_is_refused(drafts, kind):
    body = b'{"subject": "a", "body": "b"}'

    answer = drafts.post("/drafts", content=body, headers={"content-type": kind})

    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_without_a_content_type_is_refused(drafts):
    answer = drafts.post("/drafts", content=b'{"subject": "a", "body": "b"}')

    assert answer.status_code == 415


def test_a_content_type_may_have_parameters(drafts):
    kind = {"content-type": "Application/JSON; charset=utf-8"}

    answer = drafts.post(
        "/drafts", content=b'{"subject": "a", "body": "b"}', headers=kind
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 422), (256 * 1024 + 1, 413)])
def test_a_body_may_have_256_kib(drafts, size, status):
    answer = drafts.post("/drafts", json="x" * (size - 2))

    assert answer.status_code == status
