"""Holding a ticket for a reply, as Lambda runs it."""

import pytest

from functions.lease_reply.app import handler
from shared.core.errors import Conflict
from shared.core.http import callers
from tests.builders import ME, NOW
from tests.events import SIGNED_IN, http_event, invoke, provided
from tests.fakes import FakeDatabase

TICKET = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
PATH = "/v1/tickets/1042/lease"
LEASE = {
    "ticket_id": TICKET,
    "person_id": str(ME),
    "person_name": "Ida",
    "expires_at": NOW.isoformat(),
}
FREE = LEASE | {"person_id": None, "person_name": None, "expires_at": None}


@pytest.fixture
def database():
    return FakeDatabase(
        {"get_reply_lease": LEASE, "lease_reply": LEASE, "release_reply": FREE}
    )


@pytest.fixture
def send(database):
    def send(method, body=None):
        with provided(handler, {callers.get_database: database}):
            return invoke(handler, http_event(method, PATH, body, SIGNED_IN))

    return send


@pytest.mark.parametrize(
    ("method", "body", "function", "asked", "holder"),
    [
        ("GET", None, "get_reply_lease", {}, str(ME)),
        ("PUT", {}, "lease_reply", {"take_over": False}, str(ME)),
        ("PUT", {"take_over": True}, "lease_reply", {"take_over": True}, str(ME)),
        ("DELETE", None, "release_reply", {}, None),
    ],
)
def test_a_route_is_one_command(send, database, method, body, function, asked, holder):
    answer = send(method, body)

    assert (answer.status, answer.json["person_id"]) == (200, holder)
    assert database.calls == [(function, {"ticket": "1042", **asked})]


def test_what_somebody_else_holds_is_a_problem(send, database):
    said = "Ida is answering this ticket, until 09:00:00 UTC at least."
    database.answers["lease_reply"] = Conflict(said, "being-answered")

    answer = send("PUT", {})

    assert (answer.status, answer.problem) == (409, "being-answered")
    assert answer.json["detail"] == said


@pytest.mark.parametrize(
    "body", [{"take_over": None}, {"take_over": "perhaps"}, {"a": 1}]
)
def test_a_claim_that_makes_no_sense_is_refused(send, database, body):
    answer = send("PUT", body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert database.calls == []
