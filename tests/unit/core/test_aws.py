"""Errors of AWS: an outage passes by itself, everything else does not."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.core.aws import outages
from shared.core.errors import Unavailable
from tests.fakes import aws_error


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
        aws_error("ThrottlingException", 400),
        aws_error("RequestThrottled", 403),
        aws_error("InternalFailure", 500),
        aws_error("ServiceUnavailable", 503),
    ],
)
def test_an_error_that_passes_by_itself_is_an_outage(error):
    with pytest.raises(Unavailable), outages():
        raise error


def test_any_other_error_stays_what_it_is():
    with pytest.raises(ClientError), outages():
        raise aws_error("AWS.SimpleQueueService.NonExistentQueue", 400)
