import pytest

from functions.list_queue.app import handler as list_queue
from functions.list_queues.app import handler as list_queues
from functions.list_view.app import handler as list_view
from shared.queues import QueueSort
from tests.builders import NOW, QUEUE, SOMEBODY, queue_row, ticket_row
from tests.events import send
from tests.fakes import NOT_FOUND, in_turn

VIEW = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
PATH = "/v1/queues/support/tickets"
VIEW_PATH = f"/v1/views/{VIEW}/tickets"
AT_NOON = "2026-11-01T12:00:00Z"
LAST = ["normal", NOW.isoformat(), VIEW]
LISTS = pytest.mark.parametrize(
    ("handler", "path", "function", "named"),
    [
        (list_queue, PATH, "list_queue", {"queue": "support", "filters": {}}),
        (list_view, VIEW_PATH, "list_view", {"view": VIEW}),
    ],
    ids=["queue", "view"],
)


def page(*tickets, **given):
    return {"items": tickets, "sort": "priority", "next": None, "total": None} | given


@pytest.fixture(autouse=True)
def lists(rest):
    """Both lists, each with one ticket."""
    rest.results |= dict.fromkeys(["list_queue", "list_view"], page(ticket_row()))


def test_queues_are_listed_with_their_counts(rest):
    rest.results["list_queues"] = [queue_row()]

    answer = send(list_queues, "GET", "/v1/queues")

    assert answer.status == 200
    assert answer.json["items"][0]["key"] == "support"
    assert answer.json["items"][0]["counts"]["on_hold"] == 0
    assert answer.json["next_cursor"] is None
    assert answer.json["ticket_types"] == ["question", "incident", "problem", "task"]


def test_customers_see_less_of_a_queue(rest):
    fields = ("id", "key", "name", "description")
    rest.results["list_queues"] = [{name: queue_row()[name] for name in fields}]

    answer = send(list_queues, "GET", "/v1/queues", query="archived=true")

    [queue] = answer.json["items"]
    assert queue == {name: queue_row()[name] for name in fields}
    assert rest.arguments("list_queues") == [{"archived": True}]


@pytest.mark.parametrize("name", ["support", str(QUEUE)])
def test_a_queue_is_listed_by_key_or_id_without_a_filter(rest, name):
    answer = send(list_queue, "GET", f"/v1/queues/{name}/tickets")

    assert [each["number"] for each in answer.json["items"]] == [1042]
    assert answer.json["next_cursor"] is None
    assert rest.arguments("list_queue") == [
        {
            "queue": name,
            "filters": {},
            "sort": "priority",
            "page_size": 50,
            "with_total": False,
        }
    ]


@LISTS
def test_a_list_is_read_page_by_page(rest, handler, path, function, named):
    rest.results[function] = in_turn(page(ticket_row(), next=LAST), page())

    first = send(handler, "GET", path, query="limit=1").json
    query = f"limit=1&cursor={first['next_cursor']}"
    last = send(handler, "GET", path, query=query).json

    assert last == {
        "items": [],
        "next_cursor": None,
        "default_filter": None,
        "total": None,
    }
    start, rest_of_it = rest.arguments(function)
    assert start.items() >= (named | {"page_size": 1}).items()
    assert "after" not in start
    assert rest_of_it == start | {
        "after": ["normal", "2026-11-23 09:00:00+00:00", VIEW],
        "after_sort": "priority",
    }


@LISTS
def test_a_cursor_of_another_list_is_refused(rest, handler, path, function, named):
    answer = send(handler, "GET", path, query="cursor=WyJuYW1lIl0=")

    assert (answer.status, answer.problem) == (400, "bad-cursor")
    assert not rest.calls


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("status=new,open", {"statuses": ["new", "open"]}),
        ("status=new&status=open", {"statuses": ["new", "open"]}),
        ("status_category=new,solved", {"status_categories": ["new", "solved"]}),
        ("priority=urgent,high", {"priorities": ["urgent", "high"]}),
        ("type=task", {"types": ["task"]}),
        ("assignee=me", {"assignee": "me"}),
        ("assignee=none", {"assignee": "none"}),
        (f"assignee={SOMEBODY}", {"assignee": str(SOMEBODY)}),
        ("waiting_on=agent,customer", {"waiting_on": ["agent", "customer"]}),
        ("requester=me", {"requester": "me"}),
        (f"organization={SOMEBODY}", {"organization": str(SOMEBODY)}),
        ("tag=caf%C3%A9", {"tags": ["caf\u00e9"]}),
        ("tag=vip,login&tag=a+b", {"tags": ["vip", "login", "a b"]}),
        (f"created_after={AT_NOON}", {"created_after": AT_NOON}),
        (f"created_before={AT_NOON}", {"created_before": AT_NOON}),
        ("updated_after=PT3H", {"updated_after": "PT3H"}),
        ("updated_before=P7D", {"updated_before": "P7D"}),
        ("waiting_after=PT1M", {"waiting_after": "PT1M"}),
        ("waiting_before=PT2H", {"waiting_before": "PT2H"}),
        ("snoozed=true", {"snoozed": True}),
        ("field.size=1,2&field.size=3", {"fields": {"size": ["1", "2", "3"]}}),
        (
            "field.day.from=2026-01-01&field.day.to=2026-02-01&field.a=b",
            {"fields": {"day": {"from": "2026-01-01", "to": "2026-02-01"}, "a": ["b"]}},
        ),
    ],
)
def test_a_query_parameter_is_a_filter(rest, query, filters):
    send(list_queue, "GET", PATH, query=query)

    assert rest.calls[0].arguments["filters"] == filters


def test_the_filter_that_nobody_gave_is_named(rest):
    unsolved = ["new", "open", "pending", "on_hold"]
    rest.results["list_queue"] = page(
        default_filter={"status_categories": unsolved, "snoozed": False}
    )

    answer = send(list_queue, "GET", PATH)

    assert answer.json["default_filter"] == {
        "status_category": unsolved,
        "snoozed": False,
    }


@pytest.mark.parametrize("sort", [*QueueSort, "field.size", "-field.size"])
def test_the_sort_is_passed_on(rest, sort):
    send(list_queue, "GET", PATH, query=f"sort={sort}")

    assert rest.calls[0].arguments["sort"] == sort


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
        "field.Size=1",
        "field.size.over=1",
        "field.=1",
        "field.size=1&field.size.from=1",
        "field.size=" + ",".join(map(str, range(51))),
        "sort=field.",
        "sort=+field.size",
    ],
)
def test_an_invalid_filter_never_reaches_the_database(rest, query):
    answer = send(list_queue, "GET", PATH, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@LISTS
def test_a_list_that_is_not_found_is_a_problem(rest, handler, path, function, named):
    rest.results[function] = NOT_FOUND

    answer = send(handler, "GET", path)

    assert (answer.status, answer.problem) == (404, "not-found")


@LISTS
def test_a_total_is_counted_on_request(rest, handler, path, function, named):
    total = {"count": 1, "exact": True}
    rest.results[function] = page(ticket_row(), total=total)

    answer = send(handler, "GET", path, query="count=true")

    assert answer.json["total"] == total
    assert rest.calls[0].arguments["with_total"] is True
