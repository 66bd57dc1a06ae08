from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from functions.list_queue.app import handler as list_queue
from functions.list_queues.app import handler as list_queues
from functions.list_view.app import handler as list_view
from shared.queues import QueueFilter, QueueSort, Selection
from tests.builders import QUEUE, SOMEBODY

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
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
    assert wanted == QueueFilter()
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
        ("waiting_on=agent,customer", {"waiting_on": ["agent", "customer"]}),
        ("requester=me", {"requester": "me"}),
        (f"organization={SOMEBODY}", {"organization": SOMEBODY}),
        ("tag=caf%C3%A9", {"tags": ["caf\u00e9"]}),
        ("tag=vip,login&tag=a+b", {"tags": ["vip", "login", "a b"]}),
        ("created_after=2026-11-01T12:00:00Z", {"created_after": NOON}),
        ("updated_before=P7D", {"updated_before": timedelta(days=7)}),
        ("waiting_before=PT2H", {"waiting_before": timedelta(hours=2)}),
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
        "waiting_on=me",
        "requester=none",
        "organization=me",
        "created_after=soon",
        "created_after=2026-11-01T12:00:00",
        "waiting_before=-PT2H",
        "waiting_before=P999999D",
        "waiting_before=PT2H&waiting_before=PT3H&x=1",
        "tag=" + ",".join(f"t{n}" for n in range(51)),
        "count=perhaps",
    ],
)
def test_a_filter_nobody_knows_is_refused(send, fakes, query):
    answer = send(list_queue, "GET", PATH, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not fakes.queues.asked


def test_no_such_queue_is_a_problem(send):
    answer = send(list_queue, "GET", "/v1/queues/billing/tickets")

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize(
    ("query", "total"), [("", None), ("count=true", {"count": 1, "exact": True})]
)
def test_how_many_there_are_is_told_to_those_who_ask(send, query, total):
    answer = send(list_queue, "GET", PATH, query=query)

    assert answer.json["total"] == total


def test_a_view_shows_its_tickets(send, fakes):
    view = uuid4()
    fakes.queues.views[view] = Selection(sort=QueueSort.NEWEST)

    answer = send(list_view, "GET", f"/v1/views/{view}/tickets", query="count=true")

    assert [each["number"] for each in answer.json["items"]] == [1042]
    assert answer.json["total"]["exact"]
    assert fakes.queues.asked == [(QueueFilter(), QueueSort.NEWEST)]


def test_no_such_view_is_a_problem(send):
    answer = send(list_view, "GET", f"/v1/views/{uuid4()}/tickets")

    assert (answer.status, answer.problem) == (404, "not-found")
