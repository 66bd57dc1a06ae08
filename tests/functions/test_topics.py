"""Which topics of Realtime to join."""

import pytest

from functions.list_topics.app import handler
from tests.events import send

ROWS = [
    {"topic": "topics:1", "kind": "notice", "internal": False},
    {"topic": "queue:1:internal:abc", "kind": "queue", "internal": True},
]


@pytest.mark.parametrize(
    ("query", "arguments"), [("", {}), ("ticket=1042", {"ticket": "1042"})]
)
def test_topics_are_listed_in_their_order(rest, query, arguments):
    rest.results["list_topics"] = ROWS

    answer = send(handler, "GET", "/v1/topics", query=query)

    assert (answer.status, answer.json) == (200, {"topics": ROWS})
    assert rest.arguments("list_topics") == [arguments]


def test_unknown_parameters_are_refused(rest):
    answer = send(handler, "GET", "/v1/topics", query="queue=support")

    assert answer.status == 422
    assert rest.calls == []
