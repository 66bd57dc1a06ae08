"""What API Gateway hands to a function (payload format 2.0), and its answer."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import responses
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from .fakes.results import in_turn

SIGNED_IN = {"authorization": "Bearer a.b.c"}


def http_event(
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """An event; a body of bytes goes as base64, anything but text as JSON."""
    sent = {"content-type": "application/json", "host": "api.example.com"}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": sent
        | {name.lower(): text for name, text in (headers or {}).items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "23/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795424400000,
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query:
        joined: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        event["queryStringParameters"] = joined
    if isinstance(body, bytes):
        event["body"] = base64.b64encode(body).decode()
    elif body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def signed(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers of a webhook of the database, signed now or at a time."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return {
        "x-autocrm-timestamp": stamp,
        "x-autocrm-signature": f"v1={digest.hexdigest()}",
    }


def sqs_record(body: Any, message_id: str = "1") -> dict[str, Any]:
    """A message as Lambda hands it over; anything but text goes as JSON."""
    return {
        "messageId": message_id,
        "body": body if isinstance(body, str) else json.dumps(body),
        "receiptHandle": message_id,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:EventQueue",
        "awsRegion": "eu-west-1",
    }


@dataclass(frozen=True)
class Answer:
    """What a function gives back to the gateway."""

    status: int
    headers: Mapping[str, str]
    body: str
    is_base64: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The slug of a well-formed problem (RFC 9457); anything else fails here."""
        assert not self.is_base64
        assert self.headers["content-type"] == "application/problem+json"
        body = self.json
        assert set(body) <= {"type", "title", "status", "detail", "errors"}, body
        assert body["status"] == self.status
        assert body["title"]
        if body["type"] == "about:blank":
            assert body["title"] == responses[self.status]
        return body["type"].removeprefix("urn:autocrm:problem:")


def context(*milliseconds: int) -> SimpleNamespace:
    """The context of an invocation.

    Args:
        milliseconds: how much time is left, each time that somebody looks; the last
            one stays.
    """
    left = in_turn(*milliseconds or (3_000,))
    return SimpleNamespace(
        function_name="function",
        function_version="$LATEST",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:function",
        aws_request_id="52fdfc07-2182-154f-163f-5f0f9a621d72",
        get_remaining_time_in_millis=left.next,
    )


def invoke(handler: Any, event: Mapping[str, Any]) -> Answer:
    answer = handler(event, context())
    assert set(answer) >= {"statusCode", "headers", "body", "isBase64Encoded"}
    return Answer(
        answer["statusCode"],
        answer["headers"],
        answer["body"],
        answer["isBase64Encoded"],
    )


def send(
    handler: Any,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send a request of somebody who has signed in, and return the answer."""
    event = http_event(method, path, body, SIGNED_IN | dict(headers or {}), query)
    return invoke(handler, event)
