"""The route for the database's own webhooks."""

import json
from uuid import uuid4

import pytest

from functions.receive_db_webhook.app import handler
from shared.core.auth import accept_proof
from shared.core.jobs import Job
from tests.builders import event_row
from tests.events import http_event, invoke, signed
from tests.fakes import aws_error

SECRET = "the-secret-of-the-vault"
PLAIN = {"x-webhook-secret": SECRET}
GUESS = {"x-webhook-secret": "guess"}


def hook(row, **given):
    form = {"type": "INSERT", "schema": "public", "table": "ticket_events"}
    return json.dumps({**form, "record": row, "old_record": None, **given})


@pytest.fixture(autouse=True)
def database(rest, aws, monkeypatch):
    monkeypatch.setenv("WEBHOOK_SECRETS", f"{SECRET},old-secret")
    rest.results["accept_event"] = True


def post(body, headers=None):
    sent = headers if headers is not None else signed(SECRET, body.encode())
    return invoke(handler, http_event("POST", "/v1/hooks/database", body, sent))


def test_a_signed_event_is_accepted_and_enqueued(rest, aws):
    row = event_row(correlation_id="c")

    answer = post(hook(row))

    assert answer.status == 202
    assert aws.enqueued() == [{"event_id": row["id"], "correlation_id": "c"}]
    [call] = rest.calls
    proof = accept_proof(row["id"], SECRET)
    assert call.function == "accept_event"
    assert call.arguments == {"event": row["id"], "proof": proof}
    assert call.headers["apikey"] == "sb_publishable_x"


def test_either_secret_in_force_is_accepted(rest):
    row = event_row()

    answer = post(hook(row), {"x-webhook-secret": "old-secret"})

    assert answer.status == 202
    assert rest.calls[0].arguments["proof"] == accept_proof(row["id"], "old-secret")


def test_a_webhook_made_in_the_dashboard_is_accepted(aws):
    answer = post(hook(event_row(), user_id=None), PLAIN)

    assert answer.status == 202
    assert len(aws.enqueued()) == 1


def test_a_replay_is_refused(rest, aws):
    rest.results["accept_event"] = False

    answer = post(hook(event_row()))

    assert (answer.status, answer.problem) == (409, "replayed")
    assert not aws.enqueued()


@pytest.mark.parametrize("headers", [{}, GUESS])
def test_a_webhook_that_is_not_signed_is_not_read(rest, aws, headers):
    answer = post("not even json", headers)

    assert answer.status == 401
    assert not rest.calls
    assert not aws.calls


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        hook(None),
        hook(event_row(), type="DELETE"),
        hook(event_row(), table="tickets"),
        hook({**event_row(), "type": "TICKET_EATEN"}),
        hook({**event_row(), "id": "7"}),
        json.dumps({"job": "make_coffee"}),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(rest, aws, body):
    answer = post(body)

    assert (answer.status, answer.problem) == (422, "unknown-event")
    assert not rest.calls
    assert not aws.calls


@pytest.mark.parametrize("job", list(Job))
def test_a_job_is_triggered(rest, aws, job):
    answer = post(json.dumps({"job": job}))

    assert answer.status == 202
    assert aws.triggered() == [(job, 0)]
    assert not rest.calls
    assert not aws.enqueued()


def test_a_job_that_is_not_signed_is_refused(aws):
    answer = post(json.dumps({"job": Job.EMAILS}), GUESS)

    assert answer.status == 401
    assert not aws.calls


def test_a_body_over_the_limit_is_refused(aws):
    answer = post(hook({**event_row(), "padding": "x" * 300_000}))

    assert answer.status == 413
    assert not aws.calls


def test_an_outage_of_the_queue_loses_no_event(rest, aws):
    aws.results["send_message_batch"] = aws_error("InternalFailure", 500)

    answer = post(hook(event_row()))

    assert answer.status == 503
    assert rest.functions == ["accept_event"]  # so the relay finds it when it is due


def test_refusals_are_logged_without_the_secret(caplog):
    post(hook(event_row()), {"x-webhook-secret": "almost-" + SECRET})

    [record] = [one for one in caplog.records if one.getMessage() == "webhook refused"]
    assert record.reason == "bad-signature"
    assert SECRET not in str(vars(record))


@pytest.mark.parametrize(
    "kind",
    [
        "TICKET_CREATED",
        "TICKET_STATUS_CHANGED",
        "TICKET_ASSIGNED",
        "TICKET_UPDATED",
        "TICKET_COMMENTED",
        "TICKET_REPLY_TAKEN_OVER",
        "TICKET_COMMENT_EDITED",
        "TICKET_RATED",
        "TICKET_COMMENT_REDACTED",
        "TICKET_FOLLOWED_UP",
    ],
)
def test_events_of_every_class_are_enqueued(aws, kind):
    row = event_row(kind, id=str(uuid4()))

    assert post(hook(row)).status == 202
    assert aws.enqueued() == [{"event_id": row["id"], "correlation_id": None}]
