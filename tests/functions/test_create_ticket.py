import pytest

from functions.create_ticket.app import handler
from tests.builders import ticket_row
from tests.events import send
from tests.fakes import refusal

PATH = "/v1/tickets"
DRAFT = {"subject": "Printing stopped", "body": "Nothing comes out."}


@pytest.fixture(autouse=True)
def database(rest):
    rest.results["create_ticket"] = lambda arguments: ticket_row(
        subject=arguments["subject"]
    )


def test_a_draft_is_sent_to_the_database_and_the_ticket_returned(rest):
    answer = send(handler, "POST", PATH, DRAFT)

    assert answer.status == 201
    assert answer.json["subject"] == "Printing stopped"
    assert answer.headers["location"] == f"/v1/tickets/{answer.json['id']}"
    assert answer.headers["etag"] == '"1"'
    [call] = rest.calls
    assert call.function == "create_ticket"
    assert call.arguments == DRAFT | {
        "type": "question",
        "tags": [],
        "data": {},
    }


def test_the_call_carries_the_callers_token_and_the_publishable_key(rest):
    send(handler, "POST", PATH, DRAFT)

    [call] = rest.calls
    assert call.headers["authorization"] == "Bearer a.b.c"
    assert call.headers["apikey"] == "sb_publishable_x"


def test_a_field_that_the_type_needs_is_required(rest):
    rest.results["create_ticket"] = refusal(422, "missing-data")

    answer = send(handler, "POST", PATH, {**DRAFT, "type": "incident"})

    assert (answer.status, answer.problem) == (422, "missing-data")


def test_the_idempotency_key_is_passed_on(rest):
    send(handler, "POST", PATH, DRAFT, headers={"Idempotency-Key": "0b9c7c1e"})

    assert rest.calls[0].arguments["idempotency_key"] == "0b9c7c1e"


def test_a_key_used_for_another_request_is_a_problem(rest):
    rest.results["create_ticket"] = refusal(422, "idempotency-key-reused")

    answer = send(handler, "POST", PATH, DRAFT, headers={"Idempotency-Key": "k"})

    assert (answer.status, answer.problem) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "caf\u00e9", "a\tb"])
def test_an_idempotency_key_is_short_printable_text(rest, key):
    answer = send(handler, "POST", PATH, DRAFT, headers={"Idempotency-Key": key})

    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == "header/Idempotency-Key"
    assert not rest.calls


def test_a_body_may_come_as_base64():
    raw = '{"subject": "Caf\u00e9 \U0001f600", "body": "b"}'.encode()

    answer = send(handler, "POST", PATH, raw)

    assert answer.json["subject"] == "Caf\u00e9 \U0001f600"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe\x00", 400),
        (b"", 422),
        (None, 422),
        ("", 422),
        ("{", 400),
        ("null", 422),
        ('{"subject": "a", "body": "b", "status": "closed"}', 422),
        ('{"subject": "a", "subject": "' + "x" * 300 + '", "body": "b"}', 422),
        ("x" * (256 * 1024 + 1), 413),
        (b"x" * (256 * 1024 + 1), 413),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_an_invalid_body_never_reaches_the_database(rest, body, status):
    answer = send(handler, "POST", PATH, body)

    assert answer.status == status
    assert answer.problem
    assert not rest.calls
