"""HTTP requests and invocations over real function processes."""

import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from .conftest import Cloud

pytestmark = pytest.mark.slow
FAILED = (500, {"message": "Internal Server Error"})


def seen(answer):
    """The event as the echoing function received it."""
    assert answer.status_code == 200, answer.text
    return answer.json()["event"]


def test_a_request_becomes_an_event_of_version_2(cloud: Cloud):
    event = seen(cloud.http.get("/items/a%20b", headers={"X-Twice": "1"}))

    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /items/{id}"
    assert event["rawPath"] == "/items/a b"
    assert event["pathParameters"] == {"id": "a b"}
    assert event["headers"]["x-twice"] == "1"
    assert event["requestContext"]["http"]["method"] == "GET"
    assert event["isBase64Encoded"] is False
    assert not {"body", "cookies", "queryStringParameters"} & event.keys()


def test_repeated_query_keys_are_joined(cloud: Cloud):
    event = seen(cloud.http.get("/items?tag=a&tag=b%26c&empty="))

    assert event["rawQueryString"] == "tag=a&tag=b%26c&empty="
    assert event["queryStringParameters"] == {"tag": "a,b&c", "empty": ""}


def test_repeated_headers_are_joined_and_cookies_left_out(cloud: Cloud):
    headers = [("x-many", "1"), ("x-many", "2"), ("cookie", "a=1; b=2")]

    event = seen(cloud.http.get("/items", headers=headers))

    assert event["headers"]["x-many"] == "1,2"
    assert "cookie" not in event["headers"]
    assert "cookies" not in event


def test_json_arrives_as_text(cloud: Cloud):
    event = seen(cloud.http.post("/items", json={"name": "Zoë"}))

    assert json.loads(event["body"]) == {"name": "Zoë"}


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "image/png"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {},
    ],
)
def test_bytes_arrive_and_return_as_base64(cloud: Cloud, headers):
    body = gzip.compress(b"any bytes \x00\xff", mtime=0)

    answer = cloud.http.post("/binary", content=body, headers=headers)

    assert answer.content == body[::-1]
    assert answer.headers["content-type"] == "application/octet-stream"


def test_status_and_headers_return(cloud: Cloud):
    answer = cloud.http.get("/created")

    assert (answer.status_code, answer.text) == (201, "made")
    assert answer.headers["etag"] == '"1"'


def test_an_answer_without_a_status_is_the_body(cloud: Cloud):
    answer = cloud.http.get("/sleep")

    assert answer.status_code == 200
    assert answer.json().keys() == {"process"}


def test_the_template_alone_makes_a_functions_environment(cloud: Cloud):
    environment = cloud.http.get("/items").json()["environment"]

    assert environment["GREETING"] == "Hello"
    assert environment["QUEUE_ARN"].endswith(":Jobs")
    assert environment["AWS_ENDPOINT_URL"] == cloud.aws
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "EchoFunction"
    assert "AUTOCRM_PARAMETERS" not in environment
    assert "ONLY_IN_PRODUCTION" not in environment


def test_a_function_reads_its_parameters_from_the_extension(cloud: Cloud):
    environment = cloud.http.get("/items").json()["environment"]
    port = int(environment["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"])
    path = "/systemsmanager/parameters/get?withDecryption=true&name="

    found = cloud.http.get(f"{path}/sample/secret")
    missing = cloud.http.get(f"{path}/sample/other")

    assert port == cloud.http.base_url.port
    assert found.json()["Parameter"]["Value"] == "kept"
    assert (missing.status_code, missing.json()["Code"]) == (400, "ParameterNotFound")


@pytest.mark.parametrize("path", ["/nowhere", "/items/"])
def test_what_the_template_does_not_route_is_not_found(cloud: Cloud, path):
    answer = cloud.http.get(path)

    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


def test_cross_origin_requests_follow_the_template(cloud: Cloud):
    answer = cloud.http.get("/created", headers={"origin": "http://localhost:5173"})

    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"


@pytest.mark.parametrize("path", ["/raise", "/broken", "/big"])
def test_a_function_that_fails_is_an_internal_error(cloud: Cloud, path):
    for _ in range(2):
        answer = cloud.http.get(path)
        assert (answer.status_code, answer.json()) == FAILED


@pytest.mark.parametrize(("path", "misbehave"), [("/sleep", "long"), ("/exit", "now")])
def test_a_process_that_hangs_or_dies_is_replaced(cloud: Cloud, path, misbehave):
    before = cloud.http.get(path).json()["process"]

    answer = cloud.http.get(path, params={misbehave: "1"})
    after = cloud.http.get(path).json()["process"]

    assert (answer.status_code, answer.json()) == FAILED
    assert after != before


def test_what_a_function_prints_lies_in_its_own_log(cloud: Cloud):
    cloud.http.get("/raise")

    assert "on purpose" in (cloud.logs / "RaiseFunction.log").read_text()


def test_a_function_runs_as_often_at_once_as_it_may(cloud: Cloud, tmp_path):
    invoke = cloud.client("lambda").invoke
    event = json.dumps({"folder": str(tmp_path), "count": 3}).encode()

    def call(_):
        answer = invoke(FunctionName="TogetherFunction", Payload=event)
        return json.loads(answer["Payload"].read())

    with ThreadPoolExecutor(9) as threads:
        processes = list(threads.map(call, range(9)))

    assert len(set(processes)) == 3


class TestLimits:
    """Ten megabytes a request, six an event."""

    @pytest.mark.parametrize("megabytes", [7, 11])
    def test_a_body_that_is_too_large_is_refused(self, cloud: Cloud, megabytes):
        answer = cloud.http.post("/items", content=b"x" * (megabytes << 20))

        assert answer.status_code == 413
        assert answer.json() == {"message": "Request Entity Too Large"}

    def test_a_chunked_body_is_limited_as_well(self, cloud: Cloud):
        answer = cloud.http.post(
            "/items", content=(b"x" * (1 << 20) for _ in range(12))
        )

        assert answer.status_code == 413

    def test_a_client_that_expects_100_continue_gets_it(self, cloud: Cloud):
        address = urlsplit(cloud.url)
        head = (
            "POST /items HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            "Content-Type: text/plain\r\nExpect: 100-continue\r\n"
            "Connection: close\r\n\r\n"
        )

        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(head.encode())
            interim = client.recv(1024)
            client.sendall(b"hi")
            final = b"".join(iter(lambda: client.recv(1 << 16), b""))

        assert interim.startswith(b"HTTP/1.1 100 ")
        assert final.startswith(b"HTTP/1.1 200 ")
        assert b'"body": "hi"' in final


class TestInvokeApi:
    """Lambda's own API, as boto3 speaks it."""

    @pytest.mark.parametrize(
        "name",
        [
            "SweepFunction",
            "arn:aws:lambda:eu-west-1:123456789012:function:SweepFunction",
            "arn:aws:lambda:eu-west-1:123456789012:function:SweepFunction:live",
        ],
    )
    def test_a_function_answers_by_name_and_arn(self, cloud: Cloud, name):
        answer = cloud.client("lambda").invoke(FunctionName=name, Payload=b'{"a": 1}')

        assert "FunctionError" not in answer
        assert json.loads(answer["Payload"].read()) == {"event": {"a": 1}}

    def test_an_error_comes_back_as_such(self, cloud: Cloud):
        answer = cloud.client("lambda").invoke(FunctionName="RaiseFunction")

        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"

    def test_an_unknown_function_is_reported(self, cloud: Cloud):
        client = cloud.client("lambda")

        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.invoke(FunctionName="None")

    def test_an_event_is_accepted_and_done_later(self, cloud: Cloud):
        answer = cloud.client("lambda").invoke(
            FunctionName="RaiseFunction", InvocationType="Event"
        )

        assert answer["StatusCode"] == 202
