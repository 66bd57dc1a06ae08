import pytest

from functions.lease_reply.app import handler
from tests.builders import ME, NOW
from tests.events import send
from tests.fakes import refusal

PATH = "/v1/tickets/1042/lease"
LEASE = {
    "ticket_id": "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11",
    "person_id": str(ME),
    "person_name": "Ida",
    "expires_at": NOW.isoformat(),
}
FREE = LEASE | {"person_id": None, "person_name": None, "expires_at": None}


@pytest.mark.parametrize(
    ("method", "body", "function", "claim", "row"),
    [
        ("GET", None, "get_reply_lease", {}, LEASE),
        ("PUT", {}, "lease_reply", {"take_over": False}, LEASE),
        ("PUT", {"take_over": True}, "lease_reply", {"take_over": True}, LEASE),
        ("DELETE", None, "release_reply", {}, FREE),
    ],
)
def test_a_route_is_one_call(rest, method, body, function, claim, row):
    rest.results[function] = row

    answer = send(handler, method, PATH, body)

    assert (answer.status, answer.json["person_id"]) == (200, row["person_id"])
    assert rest.functions == [function]
    assert rest.arguments(function) == [{"ticket": "1042", **claim}]


def test_a_lease_that_somebody_else_holds_is_a_problem(rest):
    detail = "Ida is answering this ticket, until 09:00:00 UTC at least."
    rest.results["lease_reply"] = refusal(409, "being-answered", detail)

    answer = send(handler, "PUT", PATH, {})

    assert (answer.status, answer.problem) == (409, "being-answered")
    assert answer.json["detail"] == detail


@pytest.mark.parametrize(
    "body", [{"take_over": None}, {"take_over": "perhaps"}, {"a": 1}]
)
def test_an_invalid_claim_never_reaches_the_database(rest, body):
    answer = send(handler, "PUT", PATH, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls
