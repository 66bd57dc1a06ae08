"""What AWS refuses: an outage passes by itself, everything else does not."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.core.aws.clients import outages
from shared.core.errors import Unavailable


def refused(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendMessage")


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
        refused("ThrottlingException", 400),
        refused("RequestThrottled", 403),
        refused("InternalFailure", 500),
        refused("ServiceUnavailable", 503),
    ],
)
def test_what_passes_by_itself_is_an_outage(error):
    with pytest.raises(Unavailable), outages():
        raise error


def test_what_stays_wrong_is_none():
    with pytest.raises(ClientError), outages():
        raise refused("AWS.SimpleQueueService.NonExistentQueue", 400)
