"""Whatever a function returns, the caller gets a response of API Gateway."""

import asyncio
import json

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from infra.local.cloud.http_api import Integration, Route
from infra.local.cloud.template import AwsAccount

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
RESULTS = st.fixed_dictionaries(
    {"statusCode": JSON | st.integers(100, 700)},
    optional={
        "headers": JSON | st.dictionaries(st.text(), JSON),
        "body": JSON,
        "isBase64Encoded": JSON,
    },
)


def response_to(result: bytes):
    async def invoke(name: str, event: bytes) -> bytes:
        return result

    async def call():
        account = AwsAccount(endpoint="http://127.0.0.1:1")
        request = make_mocked_request("GET", "/x")
        matched = (Route("GET", "/x", "Echo"), {})
        return await Integration(account, invoke).call(request, b"", matched)

    return asyncio.run(call())


@pytest.mark.parametrize(
    "result",
    [
        b"",
        b"{",
        b"\xff",
        b'{"statusCode": "x"}',
        b'{"statusCode": null}',
        b'{"statusCode": 99999}',
        b'{"statusCode": 200, "headers": "x"}',
        b'{"statusCode": 200, "headers": {"a": "b\\r\\nc: d"}}',
        b'{"statusCode": 200, "isBase64Encoded": true, "body": "?"}',
        b'{"statusCode": 200, "isBase64Encoded": true, "body": [1]}',
    ],
)
def test_what_is_no_response_is_an_internal_server_error(result):
    response = response_to(result)

    assert response.status == 500
    assert json.loads(response.body) == {"message": "Internal Server Error"}


@given(RESULTS | JSON)
def test_a_result_of_any_content_is_a_response(result):
    response = response_to(json.dumps(result).encode())

    assert 200 <= response.status < 600
    for name, value in response.headers.items():
        assert f"{name}{value}".isprintable()
