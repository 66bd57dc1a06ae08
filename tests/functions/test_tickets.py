"""Reading tickets, moving them, handing them on."""

import pytest

from functions.assign_ticket.app import handler as assign_ticket
from functions.get_ticket.app import handler as get_ticket
from functions.list_my_tickets.app import handler as list_my_tickets
from functions.list_ticket_events.app import handler as list_ticket_events
from functions.update_ticket.app import handler as update_ticket
from functions.update_ticket_status.app import handler as update_ticket_status
from shared.core.errors import Stale
from shared.core.events import parse_event
from tests.builders import SOMEBODY, ticket

TICKET = "/v1/tickets/1042"
STATUS = "/v1/tickets/1042/status"
ASSIGNEE = "/v1/tickets/1042/assignee"


@pytest.mark.parametrize("by", ["id", "number"])
def test_a_ticket_is_read_by_id_or_number(send, fakes, by):
    answer = send(get_ticket, "GET", f"/v1/tickets/{getattr(fakes.ticket, by)}")

    assert answer.status == 200
    assert answer.json["id"] == str(fakes.ticket.id)
    assert answer.json["requester_name"] == "Ida"
    assert answer.headers["etag"] == '"1"'


def test_no_such_ticket_is_a_problem(send):
    answer = send(get_ticket, "GET", "/v1/tickets/9")

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404),
        ("GET", "/v1/tickets/a/b", 404),
        ("GET", "/", 404),
        ("DELETE", "/v1/tickets/1042", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(send, method, path, status):
    answer = send(get_ticket, method, path)

    assert (answer.status, answer.problem) == (status, "about:blank")


@pytest.mark.parametrize("sent", [None, '"1"', ' "1" ', "*"])
def test_a_ticket_moves_when_it_is_as_read(send, sent):
    headers = {"If-Match": sent} if sent else None

    answer = send(update_ticket_status, "PATCH", STATUS, {"status": "open"}, headers)

    assert (answer.status, answer.json["status"]) == (200, "open")
    assert answer.headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("sent", "status", "problem"),
    [
        ('"7"', 412, "stale"),
        ('"999999999"', 412, "stale"),
        ("1", 400, "malformed"),
        ('W/"1"', 400, "malformed"),
        ('"1", "2"', 400, "malformed"),
        ('""', 400, "malformed"),
        ('"-1"', 400, "malformed"),
        ('"1e3"', 400, "malformed"),
        ('"\u0661"', 400, "malformed"),
        ('"' + "9" * 5_000 + '"', 400, "malformed"),
        ("", 400, "malformed"),
    ],
)
@pytest.mark.parametrize(
    ("handler", "method", "path", "body"),
    [
        (update_ticket, "PATCH", TICKET, {"subject": "Other"}),
        (update_ticket, "PATCH", TICKET, {"data": {"a": 1}}),
        (update_ticket_status, "PATCH", STATUS, {"status": "open"}),
        (assign_ticket, "PUT", ASSIGNEE, {"me": True}),
        (assign_ticket, "DELETE", ASSIGNEE, None),
    ],
    ids=["update", "fields", "status", "assign", "release"],
)
def test_nothing_moves_unless_it_is_as_read(
    send, fakes, handler, method, path, body, sent, status, problem
):
    answer = send(handler, method, path, body, {"If-Match": sent})

    assert (answer.status, answer.problem) == (status, problem)
    assert fakes.tickets.get("1042") == fakes.ticket


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"status": "closed"}, 409, "closed-by-time"),
        ({"status": "solved"}, 409, "step-not-allowed"),
        ({"status": "limbo"}, 422, "unknown-status"),
        ({"status": None}, 422, "invalid"),
        ({"status": "open", "reason": ""}, 422, "invalid"),
        ({"status": "open", "reason": "x" * 501}, 422, "invalid"),
        ({"status": "open", "version": 1}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_a_step_that_is_not_allowed_is_a_problem(send, fakes, body, status, problem):
    answer = send(update_ticket_status, "PATCH", STATUS, body)

    assert (answer.status, answer.problem) == (status, problem)
    assert fakes.tickets.get("1042") == fakes.ticket


def test_a_ticket_says_what_it_is_told_to(send):
    change = {"subject": "Other", "priority": "high", "tags": ["bell"]}

    answer = send(update_ticket, "PATCH", TICKET, change)

    assert answer.status == 200
    assert {name: answer.json[name] for name in change} == change
    assert answer.headers["etag"] == '"2"'


def test_custom_fields_that_a_type_needs_stay(send, fakes):
    send(update_ticket, "PATCH", TICKET, {"data": {"impact": "team"}})
    incident = {"type": "incident", "data": {"floor": 2}}
    kept = send(update_ticket, "PATCH", TICKET, incident)
    lost = send(update_ticket, "PATCH", TICKET, {"data": {"impact": None}})

    assert kept.json["data"] == {"impact": "team", "floor": 2}
    assert (lost.status, lost.problem) == (422, "missing-data")
    assert fakes.tickets.get("1042").data["impact"] == "team"


def test_a_type_asks_for_its_fields(send):
    answer = send(update_ticket, "PATCH", TICKET, {"type": "incident"})

    assert (answer.status, answer.problem) == (422, "missing-data")


@pytest.mark.parametrize(("times", "status"), [(2, 200), (3, 412)])
def test_a_ticket_that_changes_meanwhile_is_judged_again(
    send, fakes, times, status, monkeypatch
):
    write = fakes.tickets.update
    left = [Stale] * times

    def busy(ticket, change, version):
        if left:
            raise left.pop()("It has changed.")
        return write(ticket, change, version)

    monkeypatch.setattr(fakes.tickets, "update", busy)

    answer = send(update_ticket, "PATCH", TICKET, {"data": {"a": 1}})

    assert answer.status == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": None},
        {"subject": ""},
        {"subject": "a\nb"},
        {"status": "open"},
        {"type": "wish"},
        {"priority": None},
        {"queue": "x" * 41},
        {"tags": ["a b"]},
        {"tags": ["x"] * 21},
        {"data": []},
        {"data": {"a": [[[[[[[[[1]]]]]]]]]}},
        {"version": 1},
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_change_that_makes_no_sense_is_a_problem(send, fakes, body):
    answer = send(update_ticket, "PATCH", TICKET, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert fakes.tickets.get("1042") == fakes.ticket


def test_a_ticket_is_taken_given_and_put_back(send, fakes):
    taken = send(assign_ticket, "PUT", ASSIGNEE, {"me": True})
    given = send(assign_ticket, "PUT", ASSIGNEE, {"assignee_id": str(SOMEBODY)})
    free = send(assign_ticket, "DELETE", ASSIGNEE)

    assert [answer.headers["etag"] for answer in (taken, given, free)] == [
        '"2"',
        '"3"',
        '"4"',
    ]
    assert given.json["assignee_id"] == str(SOMEBODY)
    assert free.json["assignee_id"] is None


def test_my_tickets_are_paged_to_the_last_one(send, fakes):
    for number in range(1, 6):
        extra = ticket(number=number)
        fakes.tickets.stored[str(extra.id)] = extra
    seen, query = [], "limit=2"

    while query:
        page = send(list_my_tickets, "GET", "/v1/tickets", query=query).json
        seen += [each["number"] for each in page["items"]]
        query = page["next_cursor"] and f"limit=2&cursor={page['next_cursor']}"

    assert seen == [1042, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "query",
    ["status=open,new", "status=open&status=new", "status=open%2Cnew", "status=new"],
)
def test_statuses_are_listed_with_commas_or_repeated(send, query):
    answer = send(list_my_tickets, "GET", "/v1/tickets", query=query)

    assert [each["number"] for each in answer.json["items"]] == [1042]


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("limit=0", 422, "invalid"),
        ("limit=101", 422, "invalid"),
        ("limit=ten", 422, "invalid"),
        ("limit=1e1", 422, "invalid"),
        ("limit=" + "9" * 5_000, 422, "invalid"),
        ("limit=", 422, "invalid"),
        ("page=2", 422, "invalid"),
        ("offset=10", 422, "invalid"),
        ("Limit=10", 422, "invalid"),
        ("status=a%00b", 422, "invalid"),
        ("status=" + "x" * 51, 422, "invalid"),
        ("cursor=garbage", 400, "bad-cursor"),
        ("cursor=WyJuYW1lIl0=", 400, "bad-cursor"),
        ("cursor=", 400, "bad-cursor"),
        ("cursor=" + "x" * 501, 422, "invalid"),
        ("cursor=%00", 400, "bad-cursor"),
        ("cursor=%ff%fe", 400, "bad-cursor"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_query_is_a_problem(send, query, status, problem):
    answer = send(list_my_tickets, "GET", "/v1/tickets", query=query)

    assert (answer.status, answer.problem) == (status, problem)


def test_the_feed_goes_on_after_the_last_event_seen(send):
    for body in ({"status": "open"}, {"status": "pending"}, {"status": "open"}):
        send(update_ticket_status, "PATCH", STATUS, body)
    path = "/v1/tickets/1042/events"

    first = send(list_ticket_events, "GET", path, query="limit=2").json
    rest = send(list_ticket_events, "GET", path, query="after=2").json

    assert [each["seq"] for each in first["items"]] == [1, 2]
    assert first["next_cursor"] == "2"
    assert [parse_event(each).seq for each in rest["items"]] == [3]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("query", ["after=-1", "after=2147483648", "after=x", "seq=1"])
def test_the_feed_refuses_what_is_no_place_in_it(send, query):
    answer = send(list_ticket_events, "GET", "/v1/tickets/1042/events", query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
