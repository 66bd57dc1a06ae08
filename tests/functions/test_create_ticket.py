import pytest

from functions.create_ticket.app import handler

DRAFT = {"subject": "Printing stopped", "body": "Nothing comes out."}


def test_a_draft_becomes_a_ticket(send, fakes):
    answer = send(handler, "POST", "/v1/tickets", DRAFT)

    assert answer.status == 201
    assert answer.json["subject"] == "Printing stopped"
    assert answer.headers["location"] == f"/v1/tickets/{answer.json['id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.json["id"] in fakes.tickets.stored


def test_triage_judges_where_nothing_was_asked(send):
    draft = {**DRAFT, "type": "incident", "data": {"impact": "everyone"}}

    assert send(handler, "POST", "/v1/tickets", draft).json["priority"] == "urgent"


def test_the_priority_asked_for_goes_before_triage(send):
    draft = {**DRAFT, "body": "Everything is down", "priority": "low"}

    assert send(handler, "POST", "/v1/tickets", draft).json["priority"] == "low"


def test_what_a_type_needs_is_a_problem(send, fakes):
    answer = send(handler, "POST", "/v1/tickets", {**DRAFT, "type": "incident"})

    assert (answer.status, answer.problem) == (422, "missing-data")
    assert len(fakes.tickets.stored) == 1


def test_a_request_sent_twice_makes_one_ticket(send, fakes):
    key = {"Idempotency-Key": "0b9c7c1e"}

    first = send(handler, "POST", "/v1/tickets", DRAFT, key)
    second = send(handler, "POST", "/v1/tickets", DRAFT, key)

    assert first == second
    assert len(fakes.tickets.stored) == 2


def test_a_key_belongs_to_one_request(send):
    key = {"Idempotency-Key": "0b9c7c1e"}
    send(handler, "POST", "/v1/tickets", DRAFT, key)

    answer = send(handler, "POST", "/v1/tickets", {**DRAFT, "body": "Else"}, key)

    assert (answer.status, answer.problem) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "caf\u00e9", "a\tb"])
def test_a_key_is_short_printable_text(send, fakes, key):
    answer = send(handler, "POST", "/v1/tickets", DRAFT, {"Idempotency-Key": key})

    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == "header/Idempotency-Key"
    assert len(fakes.tickets.stored) == 1


def test_a_body_may_come_as_base64(send):
    raw = '{"subject": "Caf\u00e9 \U0001f600", "body": "b"}'.encode()

    answer = send(handler, "POST", "/v1/tickets", raw)

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
def test_a_bad_body_is_a_problem_and_makes_nothing(send, fakes, body, status):
    answer = send(handler, "POST", "/v1/tickets", body)

    assert answer.status == status
    assert answer.problem
    assert len(fakes.tickets.stored) == 1
