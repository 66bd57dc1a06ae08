"""Errors of AWS by name: what passes by itself is tried again, nothing else is."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.core.aws import (
    PASSING,
    EventBridgeBus,
    EventRefused,
    MessagesRefused,
    outages,
    passes,
    send_messages,
)
from shared.core.errors import Unavailable
from tests.builders import event
from tests.fakes import EVENT_QUEUE, aws_error, in_turn

# As the services' API references list them.
CODES = {
    # SQS, SendMessage and SendMessageBatch
    "ThrottlingException": True,
    "RequestThrottled": True,
    "OverLimit": True,
    "KmsThrottled": True,
    "InternalError": True,
    "InternalFailure": True,
    "ServiceUnavailable": True,
    "AWS.SimpleQueueService.NonExistentQueue": False,
    "QueueDoesNotExist": False,
    "InvalidMessageContents": False,
    "InvalidParameterValue": False,
    "UnsupportedOperation": False,
    "KmsAccessDenied": False,
    # EventBridge, PutEvents and its entries
    "InternalException": True,
    "LimitExceededException": True,
    "NotAuthorizedForSource": False,
    "NotAuthorizedForDetailType": False,
    "InvalidArgument": False,
    "MalformedDetail": False,
    "InvalidAccountIdException": False,
    "AccessDeniedException": False,
    # Lambda, Invoke
    "TooManyRequestsException": True,
    "ServiceException": True,
    "EC2ThrottledException": True,
    "ENILimitReachedException": True,
    "ResourceNotReadyException": True,
    "ResourceConflictException": True,
    "SnapStartNotReadyException": True,
    "ResourceNotFoundException": False,
    "RequestTooLargeException": False,
    "InvalidRequestContentException": False,
    "KMSDisabledException": False,
    # Every service
    "Throttling": True,
    "SlowDown": True,
    "RequestLimitExceeded": True,
    "RequestTimeout": True,
    "ExpiredTokenException": False,
    "UnrecognizedClientException": False,
    "ValidationException": False,
    "AccessDenied": False,
}
SOME_PASSING = [code for code, passing in CODES.items() if passing]
SOME_LASTING = [code for code, passing in CODES.items() if not passing]


@pytest.mark.parametrize(("code", "passing"), CODES.items())
def test_an_error_is_an_outage_or_not_by_its_code(code, passing):
    with pytest.raises(Unavailable if passing else ClientError), outages():
        raise aws_error(code, 400)


@pytest.mark.parametrize("code", sorted(PASSING))
def test_an_error_that_passes_does_so_at_any_status(code):
    assert passes(code)
    assert passes(code, 400)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
        aws_error("Unheard", 429),
        aws_error("Unheard", 500),
        aws_error("Unheard", 503),
    ],
)
def test_an_outage_needs_no_name(error):
    with pytest.raises(Unavailable), outages():
        raise error


def failed(*names, code="InternalError"):
    entries = [{"Id": each, "Code": code, "SenderFault": False} for each in names]
    return {"Successful": [], "Failed": entries}


def names(aws):
    """The ids of the messages of each call."""
    calls = aws.arguments("send_message_batch")
    return [[entry["Id"] for entry in call["Entries"]] for call in calls]


@pytest.mark.parametrize("code", SOME_PASSING)
def test_what_a_batch_did_not_take_is_sent_again_alone(aws, code):
    aws.results["send_message_batch"] = in_turn(failed("b", "c", code=code), {})

    send_messages(EVENT_QUEUE, {"a": "1", "b": "2", "c": "3"})

    assert names(aws) == [["a", "b", "c"], ["b", "c"]]


def test_a_queue_that_never_takes_a_message_is_out_after_all_were_tried(aws):
    aws.results["send_message_batch"] = lambda arguments: failed(
        *(each["Id"] for each in arguments["Entries"] if each["Id"] == "m3")
    )

    with pytest.raises(Unavailable):
        send_messages(EVENT_QUEUE, {f"m{number}": "{}" for number in range(15)})

    first, *again, last = names(aws)
    assert [*first, *last] == [f"m{number}" for number in range(15)]
    assert again == [["m3"]] * 2


@pytest.mark.parametrize("code", SOME_LASTING)
def test_a_message_that_is_refused_holds_up_no_other(aws, code):
    answer = failed("m1", code=code)
    answer["Failed"] += failed("m2")["Failed"]
    aws.results["send_message_batch"] = in_turn(answer, {}, {})

    with pytest.raises(MessagesRefused, match=code):
        send_messages(EVENT_QUEUE, {f"m{number}": "{}" for number in range(12)})

    assert names(aws)[1:] == [["m2"], ["m10", "m11"]]


def refused_entry(code):
    return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]}


@pytest.mark.parametrize(("code", "passing"), CODES.items())
def test_an_event_that_the_bus_did_not_take_is_named(aws, code, passing):
    aws.results["put_events"] = refused_entry(code)

    with pytest.raises(Unavailable if passing else EventRefused) as refusal:
        EventBridgeBus("events").publish(event("TICKET_ASSIGNED"))

    assert passing or str(refusal.value) == code
