"""Reacting to events: each reaction once, whatever is delivered twice or fails."""

import json

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.process_events.app import handler
from tests.builders import ME, event_row
from tests.events import context, sqs_record
from tests.fakes import OUTAGE, VOID, aws_error, in_turn, rest_error

CORRELATION_ID = "JKJaXmPLvHcESHA="
REACTIONS = [
    "refresh_queue_status",
    "notify_people",
    "create_webhook_deliveries",
    "record_reaction",  # published to the bus
]


@pytest.fixture
def pending(rest, aws):
    """Make an event pending, of which some reactions are done already."""
    rest.results |= {
        "refresh_queue_status": None,
        "read_sla_logs": {"terms": [], "logs": []},
        "notify_people": True,
        "create_webhook_deliveries": True,
        "record_reaction": VOID,
        "event_metrics": {"first_reply_seconds": None},
        "assign_work": True,
        "fail_event": False,
        "finish_event": VOID,
    }

    def pending(kind="TICKET_STATUS_CHANGED", done=(), **given):
        row = event_row(kind, **given)
        rest.results["read_event"] = {"event": row, "done": list(done)}
        return row

    return pending


def process(*rows, **given):
    """Hand the events to the function; return the messages that come back."""
    records = [sqs_record({"event_id": row["id"]} | given, row["id"]) for row in rows]
    failures = handler({"Records": records}, context())["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failures]


def published(aws):
    """What was published to the bus."""
    entries = [each["Entries"][0] for each in aws.arguments("put_events")]
    return [(each["DetailType"], json.loads(each["Detail"])["id"]) for each in entries]


def test_every_reaction_runs_and_the_event_is_finished(rest, aws, pending):
    row = pending()

    assert process(row) == []

    assert rest.functions == ["read_event", *REACTIONS, "finish_event"]
    assert all(call.arguments["event"] == row["id"] for call in rest.calls)
    [recorded] = rest.arguments("record_reaction")
    assert recorded["reaction"] == "publish_to_bus"
    assert published(aws) == [("TICKET_STATUS_CHANGED", row["id"])]
    assert aws.triggered() == [("webhooks", 0)]
    assert rest.calls[0].headers["apikey"] == "sb_secret_worker"


def test_an_event_that_is_not_pending_is_left_alone(rest, aws, pending):
    row = pending()
    rest.results["read_event"] = None

    assert process(row) == []

    assert rest.functions == ["read_event"]
    assert not aws.calls


def test_deliveries_that_exist_trigger_nothing(rest, aws, pending):
    rest.results |= {"create_webhook_deliveries": False}

    process(pending())

    assert aws.triggered() == []


def status(category):
    return {"status": category, "category": category}


@pytest.mark.parametrize(
    ("kind", "facts", "assigns"),
    [
        ("TICKET_CREATED", {}, True),
        ("TICKET_UPDATED", {}, True),
        ("TICKET_COMMENTED", {}, False),
        ("TICKET_ASSIGNED", {}, False),  # it was claimed
        ("TICKET_ASSIGNED", {"before": {"assignee_id": str(ME)}}, True),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("new"), "after": status("open")},
            False,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("open"), "after": status("pending")},
            True,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("pending"), "after": status("solved")},
            False,
        ),
        (
            "TICKET_STATUS_CHANGED",
            {"before": status("solved"), "after": status("open")},
            True,
        ),
    ],
)
def test_tickets_are_assigned_when_a_ticket_or_an_agent_is_free(
    rest, pending, kind, facts, assigns
):
    process(pending(kind, **facts))

    assert ("assign_work" in rest.functions) == assigns
    assert rest.functions[-1] == "finish_event"


def test_a_reaction_that_fails_comes_after_those_that_do_not(rest, aws, pending):
    rest.results["assign_work"] = rest_error(500, "XX000", "about ida@example.com")
    row = pending("TICKET_CREATED")

    assert process(row) == []

    failure = {"event": row["id"], "error": "assign_work: AppError"}
    assert rest.arguments("fail_event") == [failure]
    assert published(aws) == [("TICKET_CREATED", row["id"])]
    assert "finish_event" not in rest.functions


def test_after_a_crash_only_the_missing_reactions_run(rest, aws, pending):
    row = pending(done=["notify_people", "fill_webhooks"])

    process(row)

    assert rest.functions == [
        "read_event",
        "refresh_queue_status",
        "record_reaction",
        "finish_event",
    ]
    assert published(aws) == [("TICKET_STATUS_CHANGED", row["id"])]
    assert aws.triggered() == []


@pytest.mark.parametrize(
    ("seconds", "triggers"),
    [(None, []), (0.4, [("queue_statuses", 1)]), (1.01, [("queue_statuses", 2)])],
)
def test_queue_status_is_broadcast_now_or_later(rest, aws, pending, seconds, triggers):
    rest.results["refresh_queue_status"] = seconds

    process(pending(done=["fill_webhooks"]))

    assert aws.triggered() == triggers


def test_an_internal_event_changes_no_queue_status(rest, pending):
    process(pending("TICKET_COMMENTED", is_internal=True))

    assert "refresh_queue_status" not in rest.functions


def test_a_failure_is_recorded_without_its_message(rest, aws, pending, capsys):
    aws.results["put_events"] = aws_error("Refused", 400, "about ida@example.com")
    row = pending()

    assert process(row) == []

    failure = {"event": row["id"], "error": "publish_to_bus: ClientError"}
    assert rest.arguments("fail_event") == [failure]
    assert not {"record_reaction", "finish_event"} & set(rest.functions)
    assert "ida@" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "result",
    [EndpointConnectionError(endpoint_url="http://bus"), {"FailedEntryCount": 1}],
)
def test_an_outage_leaves_the_event_to_the_queue(rest, aws, pending, result):
    aws.results["put_events"] = result
    row = pending()

    assert process(row) == [row["id"]]

    unfinished = {"record_reaction", "fail_event", "finish_event"}
    assert not unfinished & set(rest.functions)


def metrics_in(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def test_a_new_ticket_is_counted_once(rest, pending, capsys):
    rest.results["event_metrics"] = in_turn({"first_reply_seconds": None}, None)
    row = pending("TICKET_CREATED")

    process(row, row, correlation_id=CORRELATION_ID)

    [counted] = metrics_in(capsys)
    assert counted["TicketsCreated"] == [1.0]
    assert counted["correlation_id"] == CORRELATION_ID


@pytest.mark.parametrize(
    ("kind", "given", "measured"),
    [
        ("TICKET_COMMENTED", {}, [90.5]),
        ("TICKET_COMMENTED", {"is_internal": True}, []),
        ("TICKET_STATUS_CHANGED", {}, []),
    ],
)
def test_the_time_to_the_first_reply_is_measured(
    rest, pending, capsys, kind, given, measured
):
    rest.results["event_metrics"] = {"first_reply_seconds": 90.5}

    process(pending(kind, **given))

    assert [each["FirstReply"] for each in metrics_in(capsys)] == [
        [x] for x in measured
    ]
    assert len(rest.arguments("event_metrics")) == len(measured)


@pytest.mark.parametrize("correlation_id", [CORRELATION_ID, None])
def test_every_call_carries_the_correlation_id_of_the_event(
    rest, pending, correlation_id
):
    process(pending(), correlation_id=correlation_id)

    found = {call.headers.get("x-correlation-id") for call in rest.calls}
    assert found == {correlation_id}


def test_only_the_messages_that_failed_come_back(rest, pending):
    good, bad, odd = pending(), event_row(), {"id": "not an id"}
    result = rest.results["read_event"]
    rest.results["read_event"] = lambda arguments: (
        OUTAGE if arguments["event"] == bad["id"] else result
    )

    assert process(good, bad, odd) == [bad["id"], odd["id"]]

    assert rest.arguments("finish_event") == [{"event": good["id"]}]
