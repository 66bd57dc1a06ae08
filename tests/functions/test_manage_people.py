"""Entering people and inviting them, over HTTP."""

import pytest

from functions.manage_people.app import handler
from tests.builders import NOW, SOMEBODY, person_row
from tests.events import send
from tests.http_server import Response

INVITE = "/auth/v1/invite"
KEY = {"idempotency-key": "k"}
DRAFT = {"email": "ida@example.com", "name": "Ida", "roles": ["agent"]}


def record(**given):
    row = person_row(
        id=str(SOMEBODY), language=None, time_zone=None, merged_into=None,
        invitation="pending", duplicates=[], created_at=NOW.isoformat(), version=3,
    )  # fmt: skip
    return row | given


def create(rest, **given):
    rest.results["create_person"] = record(**given)
    return send(handler, "POST", "/v1/people", body=DRAFT, headers=KEY)


def test_a_person_is_entered_and_invited(rest):
    rest.results[INVITE] = {"id": str(SOMEBODY)}

    answer = create(rest)

    assert (answer.status, answer.json["invitation"]) == (201, "sent")
    assert answer.headers["location"] == f"/v1/people/{SOMEBODY}"
    assert answer.headers["etag"] == '"3"'
    assert rest.arguments("create_person") == [DRAFT | {"idempotency_key": "k"}]
    assert rest.arguments(INVITE) == [
        {"email": "ida@example.com", "data": {"name": "Ida"}}
    ]


@pytest.mark.parametrize("state", ["sent", "accepted"])
def test_a_request_sent_again_invites_nobody_twice(rest, state):
    answer = create(rest, invitation=state)

    assert (answer.status, answer.json["invitation"]) == (201, state)
    assert rest.functions == ["create_person"]


@pytest.mark.parametrize("status", [422, 429, 500, 503])
def test_an_invitation_that_cannot_be_sent_stays_pending(rest, status):
    rest.results[INVITE] = Response(status)

    answer = create(rest)

    assert (answer.status, answer.json["invitation"]) == (201, "pending")


def test_an_invitation_is_sent_again_or_the_answer_says_that_it_was_not(rest):
    rest.results["invite_person"] = record()
    path = f"/v1/people/{SOMEBODY}/invitation"
    rest.results[INVITE] = {"id": str(SOMEBODY)}
    sent = send(handler, "POST", path, headers=KEY)
    rest.results[INVITE] = Response(429)
    failed = send(handler, "POST", path)

    assert (sent.status, sent.json["invitation"]) == (200, "sent")
    assert (failed.status, failed.problem) == (503, "unavailable")
    assert "could not be sent" in failed.json["detail"]


def test_a_person_is_changed_at_the_version_that_was_read(rest):
    rest.results["change_person"] = record(version=4)

    answer = send(
        handler,
        "PATCH",
        f"/v1/people/{SOMEBODY}",
        body={"organization_id": None, "time_zone": "Europe/Berlin"},
        headers={"if-match": '"3"'},
    )

    assert answer.headers["etag"] == '"4"'
    assert rest.arguments("change_person") == [
        {
            "person": str(SOMEBODY),
            "changes": {"organization_id": None, "time_zone": "Europe/Berlin"},
            "expected_version": 3,
        }
    ]


@pytest.mark.parametrize(
    ("verb", "function", "body", "more"),
    [
        ("deactivate", "deactivate_person", None, {}),
        ("reactivate", "reactivate_person", None, {}),
        ("merge/undo", "undo_merge", None, {}),
        (
            "merge",
            "merge_people",
            {"into": str(SOMEBODY)},
            {"into_person": str(SOMEBODY)},
        ),
    ],
)
def test_a_person_is_ended_restored_and_merged(rest, verb, function, body, more):
    rest.results[function] = record()
    path = f"/v1/people/{SOMEBODY}/{verb}"

    answer = send(handler, "POST", path, body=body, headers=KEY)

    assert answer.status == 200
    assert rest.arguments(function) == [
        {"person": str(SOMEBODY), "idempotency_key": "k", **more}
    ]
