"""Error codes of AWS that pass by themselves; whatever else is wrong stays wrong.

Sources: "Common error types" of each service's API reference, the errors of Invoke
(Lambda), SendMessageBatch (SQS), PutEvents (EventBridge) and SendEmail (SES v2), and
the codes that botocore itself retries.
"""

from http import HTTPStatus

PASSING = frozenset(
    {
        # Too much at once.
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        # An outage, or a change under way.
        "ENILimitReachedException",
        "InternalError",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceErrorException",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestTimeoutException",
        "ResourceConflictException",
        "ResourceNotReadyException",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SnapStartNotReadyException",
    }
)


def passes(code: str, status: int = 0) -> bool:
    """Return whether an error is worth trying again.

    Args:
        code: as AWS names it.
        status: the HTTP status; 0 for an entry of a batch, which has none.
    """
    return (
        code in PASSING
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
