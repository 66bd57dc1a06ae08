from functions.health.app import handler
from tests.events import http_event, invoke
from tests.fakes import OUTAGE

REQUEST = http_event("GET", "/health")


def test_the_api_is_healthy_when_the_database_answers(rest):
    rest.results["health"] = {"status": "ok"}

    answer = invoke(handler, REQUEST)

    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert "authorization" not in rest.calls[0].headers


def test_an_outage_says_when_to_retry(rest):
    rest.results["health"] = OUTAGE

    answer = invoke(handler, REQUEST)

    assert (answer.status, answer.problem) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
