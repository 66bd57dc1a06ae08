import pytest

from functions.list_queue.app import handler as list_queue
from functions.list_queues.app import handler as list_queues
from shared.models import QueueSort
from tests.builders import QUEUE, SOMEBODY

PATH = "/v1/queues/support/tickets"


def test_the_queues_come_with_their_counts(send):
    answer = send(list_queues, "GET", "/v1/queues")

    assert answer.status == 200
    assert answer.json["items"][0]["counts"]["on_hold"] == 0
    assert answer.json["next_cursor"] is None


@pytest.mark.parametrize("name", ["support", str(QUEUE)])
def test_a_queue_is_read_by_key_or_id(send, name):
    answer = send(list_queue, "GET", f"/v1/queues/{name}/tickets")

    assert [each["number"] for each in answer.json["items"]] == [1042]


def test_nothing_is_left_out_unasked(send, fakes):
    send(list_queue, "GET", PATH)

    [(wanted, sort)] = fakes.queues.asked
    assert set(wanted.model_dump().values()) == {None}
    assert sort is QueueSort.PRIORITY


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=new,open", {"statuses": ["new", "open"]}),
        ("status=new&status=open", {"statuses": ["new", "open"]}),
        ("priority=urgent,high", {"priorities": ["urgent", "high"]}),
        ("type=task", {"types": ["task"]}),
        ("assignee=me", {"assignee": "me"}),
        ("assignee=none", {"assignee": "none"}),
        (f"assignee={SOMEBODY}", {"assignee": SOMEBODY}),
        ("tag=caf%C3%A9", {"tag": "caf\u00e9"}),
        ("tag=a+b", {"tag": "a b"}),
    ],
)
def test_a_filter_narrows_by_what_it_names(send, fakes, query, wanted):
    send(list_queue, "GET", PATH, query=query)

    asked = fakes.queues.asked[0][0].model_dump(exclude_none=True)
    assert asked == wanted


@pytest.mark.parametrize("sort", list(QueueSort))
def test_a_queue_is_sorted_as_asked(send, fakes, sort):
    send(list_queue, "GET", PATH, query=f"sort={sort}")

    assert fakes.queues.asked[0][1] is sort


@pytest.mark.parametrize(
    "query",
    [
        "sort=subject",
        "sort=priority;drop",
        "priority=top",
        "priority=urgent,,high",
        "type=wish",
        "assignee=somebody",
        "assignee=",
        "tag=" + "x" * 51,
        "tag=a%0Ab",
        "tag=%00",
        "statuses=new",
        "status[]=new",
        "queue=other",
        "limit=1000",
    ],
)
def test_a_filter_nobody_knows_is_refused(send, fakes, query):
    answer = send(list_queue, "GET", PATH, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not fakes.queues.asked


def test_no_such_queue_is_a_problem(send):
    answer = send(list_queue, "GET", "/v1/queues/billing/tickets")

    assert (answer.status, answer.problem) == (404, "not-found")
