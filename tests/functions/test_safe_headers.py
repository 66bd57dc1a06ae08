"""The headers that every answer has for browsers and caches, whatever its status."""

import pytest

from functions.create_ticket.app import handler as create_ticket
from functions.get_ticket.app import handler as get_ticket
from functions.health.app import handler as health
from functions.receive_db_webhook.app import handler as receive_db_webhook
from tests.builders import ticket_row
from tests.events import http_event, invoke, send

SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


def safe_headers(answer):
    return {name: answer.headers.get(name) for name in SAFE}


def test_an_answer_has_safe_headers(rest):
    rest.results["get_ticket"] = ticket_row()

    answer = send(get_ticket, "GET", "/v1/tickets/1042")

    assert answer.status == 200
    assert safe_headers(answer) == SAFE


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nowhere", None, 404),
        ("PATCH", "/v1/tickets", None, 405),
        ("POST", "/v1/tickets", b"x" * (256 * 1024 + 1), 413),
        ("POST", "/v1/tickets", {}, 422),
    ],
)
def test_a_problem_has_safe_headers(rest, method, path, body, status):
    answer = send(create_ticket, method, path, body)

    assert answer.status == status
    assert safe_headers(answer) == SAFE


def test_an_unexpected_failure_has_safe_headers(rest):
    rest.results["get_ticket"] = {"subject": "ida@example.com"}

    answer = send(get_ticket, "GET", "/v1/tickets/1042")

    assert answer.status == 500
    assert safe_headers(answer) == SAFE


def test_another_content_type_is_refused_with_safe_headers():
    form = {"content-type": "text/plain"}

    answer = send(create_ticket, "POST", "/v1/tickets", "a=b", headers=form)

    assert (answer.status, answer.problem) == (415, "unsupported")
    assert safe_headers(answer) == SAFE


@pytest.mark.parametrize("handler", [health, receive_db_webhook])
def test_public_routes_have_safe_headers(handler):
    answer = invoke(handler, http_event("PUT", "/nowhere"))

    assert safe_headers(answer) == SAFE
