"""Sending missed events to the event queue again."""

from uuid import uuid4

import pytest

from functions.relay_missed_events.app import handler
from functions.relay_missed_events.use_case import PLENTY
from shared.core.errors import Unavailable
from tests.events import context
from tests.fakes import aws_error, in_turn

CLAIM = "claim_missed_events"


def missed(count=1):
    return [{"event_id": str(uuid4()), "correlation_id": "c"} for _ in range(count)]


def test_missed_events_are_sent_batch_by_batch(rest, aws):
    first, second = missed(12), missed()
    rest.results[CLAIM] = in_turn(first, second, [])

    assert handler({}, context(40_000)) == {"relayed": 13}

    assert aws.enqueued() == first + second
    sizes = [len(each["Entries"]) for each in aws.arguments("send_message_batch")]
    assert sizes == [10, 2, 1]


def test_it_stops_before_time_is_out(rest, aws):
    rest.results[CLAIM] = lambda _: missed()

    assert handler({}, context(45_000, 40_000, 31_000)) == {"relayed": 2}
    assert rest.functions == [CLAIM] * 2


def test_nothing_is_missed_while_the_workers_are_behind(rest, aws):
    count = {"ApproximateNumberOfMessages": str(PLENTY)}
    aws.results["get_queue_attributes"] = {"Attributes": count}

    assert handler({}, context(40_000)) == {"relayed": 0}
    assert not rest.calls


def test_the_queue_is_filled_up_to_its_limit(rest, aws):
    rest.results[CLAIM] = lambda _: missed(100)
    aws.results["get_queue_attributes"] = lambda _: {
        "Attributes": {"ApproximateNumberOfMessages": str(len(aws.enqueued()))}
    }

    assert handler({}, context(40_000)) == {"relayed": PLENTY}


def takes_nothing(arguments):
    ids = [entry["Id"] for entry in arguments["Entries"]]
    return {"Failed": [{"Id": each, "Code": "InternalError"} for each in ids]}


@pytest.mark.parametrize("result", [aws_error("InternalFailure", 500), takes_nothing])
def test_a_queue_that_takes_nothing_is_an_outage(rest, aws, result):
    rest.results[CLAIM] = missed()
    aws.results["send_message_batch"] = result

    with pytest.raises(Unavailable):
        handler({}, context(40_000))
