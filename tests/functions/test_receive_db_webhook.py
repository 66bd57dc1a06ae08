"""The door for the database's own webhooks."""

import json
from types import SimpleNamespace
from uuid import uuid4

import pytest

from functions.receive_db_webhook.app import handler
from functions.receive_db_webhook.use_case import Intake, get_intake
from shared.core.auth import accept_proof
from shared.core.errors import Unavailable
from shared.core.http import get_public_database
from shared.core.jobs import Job
from shared.outbox import EventMessage
from tests.builders import event_row
from tests.events import http_event, invoke, provided
from tests.fakes import FakeDatabase, FakeQueue
from tests.unit.test_signatures import signed

SECRET = "the-secret-of-the-vault"


def hook(row, **given):
    form = {"type": "INSERT", "schema": "public", "table": "ticket_events"}
    return json.dumps({**form, "record": row, "old_record": None, **given})


@pytest.fixture
def queue():
    return FakeQueue()


@pytest.fixture
def database():
    return FakeDatabase({"accept_event": True})


@pytest.fixture
def triggered():
    return []


@pytest.fixture
def post(queue, database, triggered):
    def post(body, headers=None):
        sent = headers if headers is not None else signed(SECRET, body.encode())
        stores = {
            get_public_database: database,
            get_intake: Intake(
                [SECRET], queue, SimpleNamespace(trigger=triggered.append)
            ),
        }
        with provided(handler, stores):
            return invoke(handler, http_event("POST", "/v1/hooks/database", body, sent))

    return post


def test_a_signed_event_is_accepted_and_enqueued(post, queue, database):
    row = event_row()

    answer = post(hook(row))

    assert answer.status == 202
    assert [str(sent.event_id) for sent in queue.sent] == [row["id"]]
    [(function, arguments)] = database.calls
    assert function == "accept_event"
    assert arguments == {"event": row["id"], "proof": accept_proof(row["id"], SECRET)}


def test_a_webhook_made_in_the_dashboard_works_too(post, queue):
    row = event_row()

    answer = post(hook(row, user_id=None), {"x-webhook-secret": SECRET})

    assert answer.status == 202
    assert len(queue.sent) == 1


def test_a_replay_is_refused(post, queue, database):
    database.answers = {"accept_event": False}

    answer = post(hook(event_row()))

    assert answer.status == 409
    assert answer.json["type"] == "urn:autocrm:problem:replayed"
    assert not queue.sent


@pytest.mark.parametrize("headers", [{}, {"x-webhook-secret": "guess"}])
def test_without_proof_nothing_is_read(post, queue, database, headers):
    answer = post("not even json", headers)

    assert answer.status == 401
    assert not queue.sent
    assert not database.calls


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
def test_what_is_signed_and_no_event_is_refused(post, queue, database, body):
    answer = post(body)

    assert answer.status == 422
    assert answer.json["type"] == "urn:autocrm:problem:unknown-event"
    assert not queue.sent
    assert not database.calls


@pytest.mark.parametrize("job", list(Job))
def test_a_job_that_is_named_is_triggered(post, queue, database, triggered, job):
    answer = post(json.dumps({"job": job}))

    assert answer.status == 202
    assert triggered == [job]
    assert not queue.sent
    assert not database.calls


def test_nobody_else_triggers_a_job(post, triggered):
    answer = post(json.dumps({"job": Job.EMAILS}), {"x-webhook-secret": "guess"})

    assert answer.status == 401
    assert not triggered


def test_a_body_over_the_limit_is_refused(post, queue):
    answer = post(hook({**event_row(), "padding": "x" * 300_000}))

    assert answer.status == 413
    assert not queue.sent


def test_a_queue_that_is_down_is_an_outage_not_a_loss(post, queue, database):
    queue.broken = Unavailable()

    answer = post(hook(event_row()))

    assert answer.status == 503
    assert len(database.calls) == 1  # accepted: the relay finds it when it is due


def test_refusals_are_logged_without_the_secret(post, caplog):
    post(hook(event_row()), {"x-webhook-secret": "almost-" + SECRET})

    [record] = [one for one in caplog.records if one.getMessage() == "webhook refused"]
    assert record.reason == "bad-signature"
    assert SECRET not in str(vars(record))


def test_events_of_every_class_pass(post, queue):
    kinds = [
        "TICKET_CREATED",
        "TICKET_STATUS_CHANGED",
        "TICKET_ASSIGNED",
        "TICKET_UPDATED",
        "TICKET_COMMENTED",
    ]

    rows = [event_row(kind, id=str(uuid4()), correlation_id="c") for kind in kinds]
    for row in rows:
        assert post(hook(row)).status == 202

    assert queue.sent == [
        EventMessage(event_id=row["id"], correlation_id="c") for row in rows
    ]
