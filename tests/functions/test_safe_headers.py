"""What every answer tells browsers and caches, whatever it answers."""

import pytest

from functions.create_ticket.app import handler as create_ticket
from functions.get_ticket.app import handler as get_ticket
from functions.health.app import handler as health
from functions.receive_db_webhook.app import handler as receive_db_webhook
from shared.core.http import provider
from shared.tickets import TicketRepository
from tests.events import http_event, invoke, provided

SAFE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}


class Broken:
    def get(self, *_):
        raise RuntimeError("ida@example.com")


def told(answer):
    return {name: answer.headers.get(name) for name in SAFE}


def test_an_answer_is_kept_by_nobody(send):
    answer = send(get_ticket, "GET", "/v1/tickets/1042")

    assert answer.status == 200
    assert told(answer) == SAFE


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nowhere", None, 404),
        ("PATCH", "/v1/tickets", None, 405),
        ("POST", "/v1/tickets", b"x" * (256 * 1024 + 1), 413),
        ("POST", "/v1/tickets", {}, 422),
    ],
)
def test_a_problem_is_no_less_safe(send, method, path, body, status):
    answer = send(create_ticket, method, path, body)

    assert answer.status == status
    assert told(answer) == SAFE


def test_a_surprise_is_no_less_safe():
    with provided(get_ticket, {provider(TicketRepository): Broken()}):
        answer = invoke(get_ticket, http_event("GET", "/v1/tickets/1042"))

    assert answer.status == 500
    assert told(answer) == SAFE


def test_another_type_is_refused_and_no_less_safe(send):
    answer = send(
        create_ticket, "POST", "/v1/tickets", "a=b", {"content-type": "text/plain"}
    )

    assert (answer.status, answer.problem) == (415, "unsupported")
    assert told(answer) == SAFE


@pytest.mark.parametrize("handler", [health, receive_db_webhook])
def test_doors_for_everybody_are_no_less_safe(handler):
    answer = invoke(handler, http_event("PUT", "/nowhere"))

    assert told(answer) == SAFE
