"""Reading, updating and assigning tickets."""

from uuid import UUID

import pytest

from functions.assign_ticket.app import handler as assign_ticket
from functions.get_ticket.app import handler as get_ticket
from functions.list_my_tickets.app import handler as list_my_tickets
from functions.list_ticket_events.app import handler as list_ticket_events
from functions.snooze_ticket.app import handler as snooze_ticket
from functions.update_ticket.app import handler as update_ticket
from functions.update_ticket_status.app import handler as update_ticket_status
from shared.core.events import parse_event
from shared.core.types import decode_cursor
from tests.builders import ME, SOMEBODY, comment_row, event_row, page, ticket_row
from tests.events import send
from tests.fakes import NOT_FOUND, in_turn, refusal

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
TICKET = "/v1/tickets/1042"
STATUS = f"{TICKET}/status"
ASSIGNEE = f"{TICKET}/assignee"
SNOOZE = f"{TICKET}/snooze"
EVENTS = f"{TICKET}/events"
STALE = refusal(412, "stale")
CHANGES = pytest.mark.parametrize(
    ("handler", "method", "path", "body", "function"),
    [
        (update_ticket, "PATCH", TICKET, {"subject": "Other"}, "update_ticket"),
        (update_ticket, "PATCH", TICKET, {"data": {"a": 1}}, "update_ticket"),
        (
            update_ticket_status,
            "PATCH",
            STATUS,
            {"status": "open"},
            "update_ticket_status",
        ),
        (assign_ticket, "PUT", ASSIGNEE, {"me": True}, "assign_ticket"),
        (assign_ticket, "DELETE", ASSIGNEE, None, "release_ticket"),
        (snooze_ticket, "DELETE", SNOOZE, None, "unsnooze_ticket"),
    ],
    ids=["update", "custom-fields", "status", "assign", "release", "wake"],
)


@pytest.mark.parametrize("ref", [ID, "1042"])
def test_a_ticket_is_read_by_id_or_number(rest, ref):
    rest.results["get_ticket"] = ticket_row(id=ID, version=3)

    answer = send(get_ticket, "GET", f"/v1/tickets/{ref}")

    assert answer.status == 200
    assert answer.json["id"] == ID
    assert answer.json["requester_name"] == "Ida"
    assert answer.headers["etag"] == '"3"'
    assert rest.arguments("get_ticket") == [{"ticket": ref}]


TOPIC = {"topic": f"ticket:{ID}", "kind": "ticket", "internal": False}


def test_a_ticket_comes_with_what_is_included_and_nothing_else(rest):
    comment, event = comment_row(ticket_id=ID), event_row(ticket_id=ID, seq=4)
    included = {
        "comments": page(comment, following=7),
        "events": page(event, following=4),
        "topics": [TOPIC],
    }
    rest.results["get_ticket"] = lambda arguments: (
        ticket_row(id=ID, version=3)
        | {part: included[part] for part in arguments.get("include", [])}
    )
    alone = send(get_ticket, "GET", TICKET)
    query = "include=comments,events&include=topics"

    answer = send(get_ticket, "GET", TICKET, query=query)
    some = send(get_ticket, "GET", TICKET, query="include=events")

    parts = {part: answer.json[part] for part in included}
    assert answer.json == alone.json | parts
    assert parts["comments"]["items"][0]["body"] == comment["body"]
    assert decode_cursor(parts["comments"]["next_cursor"], tuple[int]) == (7,)
    assert parts["events"] == {"items": [event], "next_cursor": "4"}
    assert parts["topics"] == [TOPIC]
    assert set(some.json) - set(alone.json) == {"events"}
    assert rest.arguments("get_ticket")[1:] == [
        {"ticket": "1042", "include": ["comments", "events", "topics"]},
        {"ticket": "1042", "include": ["events"]},
    ]


def test_the_etag_covers_what_is_included(rest):
    rows = [comment_row(ticket_id=ID)]
    rest.results["get_ticket"] = lambda arguments: (
        ticket_row(version=3, unread=bool(arguments))
        | ({"comments": page(*rows)} if "include" in arguments else {})
    )
    query = "include=comments"

    def tag(**headers):
        answer = send(get_ticket, "GET", TICKET, query=query, headers=headers)
        assert bool(answer.body) == (answer.status == 200)
        return answer.status, answer.headers["etag"]

    _, first = tag()
    assert first.startswith('"3-')
    assert tag(**{"If-None-Match": first}) == (304, first)
    assert tag(**{"If-None-Match": '"3"'}) == (200, first)
    rows.append(comment_row(ticket_id=ID, position=2))
    status, second = tag(**{"If-None-Match": first})
    assert (status, second == first) == (200, False)
    assert send(get_ticket, "GET", TICKET).headers["etag"] == '"3"'

    rest.results["update_ticket"] = ticket_row(version=4)
    headers = {"If-Match": second}
    send(update_ticket, "PATCH", TICKET, {"subject": "Other"}, headers=headers)
    [arguments] = rest.arguments("update_ticket")
    assert arguments["expected_version"] == 3


@pytest.mark.parametrize(
    "query", ["include=", "include=notes", "include=comments,notes", "with=comments"]
)
def test_nothing_else_is_included(rest, query):
    answer = send(get_ticket, "GET", TICKET, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_a_ticket_that_is_not_found_is_a_problem(rest):
    rest.results["get_ticket"] = NOT_FOUND

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
def test_an_unknown_route_or_method_is_a_problem(method, path, status):
    answer = send(get_ticket, method, path)

    assert (answer.status, answer.problem) == (status, "about:blank")


@pytest.mark.parametrize(
    ("if_match", "version"), [(None, {}), ('"1"', 1), (' "1" ', 1), ("*", {})]
)
def test_the_expected_version_is_that_of_if_match(rest, if_match, version):
    rest.results["update_ticket_status"] = ticket_row(status="open", version=2)
    headers = {"If-Match": if_match} if if_match else {}
    change = {"status": "open", "reason": "They wrote again."}

    answer = send(update_ticket_status, "PATCH", STATUS, change, headers=headers)

    assert (answer.status, answer.json["status"]) == (200, "open")
    assert answer.headers["etag"] == '"2"'
    expected = {"expected_version": version} if version else {}
    [arguments] = rest.arguments("update_ticket_status")
    assert arguments == {"ticket": "1042", **change, **expected}


@pytest.mark.parametrize("version", [7, 999_999_999])
@CHANGES
def test_a_stale_version_is_412(rest, handler, method, path, body, function, version):
    rest.results |= {"get_ticket": ticket_row(version=version), function: STALE}

    answer = send(handler, method, path, body, headers={"If-Match": f'"{version}"'})

    assert (answer.status, answer.problem) == (412, "stale")
    [arguments] = rest.arguments(function)
    assert arguments["expected_version"] == version


@pytest.mark.parametrize(
    ("if_match", "tried"),
    [
        ("*", [None]),
        (" * ", [None]),
        ('"7"', [7]),
        ('"7-x"', [0]),
        ('"1", "7"', [1, 7]),
        (' ,"1",,"7" , ', [1, 7]),
        ('"1","1", "1-x"', [1]),
        ('W/"7"', [0]),
        ('W/"7", "1"', [1]),
        ('"a,b", "7"', [7]),
        ('""', [0]),
        ('"-1"', [0]),
        ('"07"', [0]),
        ('"7", "1"', [7]),
        ('"' + "9" * 5_000 + '"', [0]),
    ],
    ids=lambda value: str(value)[:20],
)
@CHANGES
def test_if_match_is_compared_as_rfc_9110_says(
    rest, handler, method, path, body, function, if_match, tried
):
    rest.results[function] = lambda arguments: (
        ticket_row() if arguments.get("expected_version") in (None, 7) else STALE
    )

    answer = send(handler, method, path, body, headers={"If-Match": if_match})

    versions = [each.get("expected_version") for each in rest.arguments(function)]
    assert versions == tried
    assert answer.status == (200 if versions[-1] in (None, 7) else 412)


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        ('"7"', 304),
        ('W/"7"', 304),
        ('"1", W/"7"', 304),
        ("*", 304),
        ('"1"', 200),
        ('""', 200),
        (None, 200),
        ("7", 400),
    ],
)
def test_what_the_caller_has_is_not_sent_again(rest, if_none_match, status):
    rest.results["get_ticket"] = ticket_row(version=7, unread=False)
    headers = {"If-None-Match": if_none_match} if if_none_match else {}

    answer = send(get_ticket, "GET", TICKET, headers=headers)

    assert answer.status == status
    if status != 400:
        assert answer.headers["etag"] == '"7"'
        assert bool(answer.body) == (status == 200)


@pytest.mark.parametrize(
    "if_match",
    ["1", "W/1", 'w/"1"', '"1" "2"', '"1', '"1"2', '"a b"', "", ",", '*, "1"',
     ", ".join(f'"{number}"' for number in range(1, 22))],
    ids=lambda if_match: if_match[:10].encode("unicode_escape").decode(),
)  # fmt: skip
@CHANGES
def test_a_malformed_if_match_never_reaches_the_database(
    rest, handler, method, path, body, function, if_match
):
    answer = send(handler, method, path, body, headers={"If-Match": if_match})

    assert (answer.status, answer.problem) == (400, "malformed")
    assert not rest.calls


@pytest.mark.parametrize(
    ("status", "slug"),
    [
        (409, "closed-by-time"),
        (409, "step-not-allowed"),
        (422, "unknown-status"),
        (403, "denied"),
    ],
)
@CHANGES
def test_a_change_that_the_database_refuses_is_its_problem(
    rest, handler, method, path, body, function, status, slug
):
    rest.results |= {
        "get_ticket": ticket_row(),
        function: refusal(status, slug, "It is not allowed."),
    }

    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (status, slug)
    assert answer.json["detail"] == "It is not allowed."


@pytest.mark.parametrize(
    "body",
    [
        {"status": None},
        {"status": "open", "reason": ""},
        {"status": "open", "reason": "x" * 501},
        {"status": "open", "version": 1},
        {},
    ],
    ids=lambda body: str(body)[:40],
)
def test_an_invalid_status_change_never_reaches_the_database(rest, body):
    answer = send(update_ticket_status, "PATCH", STATUS, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


def test_an_update_sends_what_is_named_and_nothing_else(rest):
    rest.results["update_ticket"] = ticket_row(subject="Other", version=2)
    change = {"subject": "Other", "priority": "high", "tags": ["bell"], "skills": []}

    answer = send(update_ticket, "PATCH", TICKET, change)

    assert (answer.status, answer.json["subject"]) == (200, "Other")
    assert answer.headers["etag"] == '"2"'
    [call] = rest.calls
    assert call.function == "update_ticket"
    assert call.arguments == {"ticket": "1042", "changes": change}


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
        {"tags": ["a b"]},
        {"tags": ["x"] * 21},
        {"data": []},
        {"data": {"a": [[[[[[[[[1]]]]]]]]]}},
        {"version": 1},
    ],
    ids=lambda body: str(body)[:40],
)
def test_an_invalid_change_never_reaches_the_database(rest, body):
    answer = send(update_ticket, "PATCH", TICKET, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("method", "body", "function", "assignee"),
    [
        ("PUT", {"me": True}, "assign_ticket", {"assignee": "me"}),
        (
            "PUT",
            {"assignee_id": str(SOMEBODY)},
            "assign_ticket",
            {"assignee": str(SOMEBODY)},
        ),
        ("DELETE", None, "release_ticket", {}),
    ],
)
def test_a_ticket_is_assigned_and_released(rest, method, body, function, assignee):
    rest.results[function] = ticket_row(
        assignee_id=str(ME), assignee={"name": "Ida"}, version=2
    )

    answer = send(assign_ticket, method, ASSIGNEE, body)

    assert answer.status == 200
    assert UUID(answer.json["assignee_id"]) == ME
    assert answer.json["assignee_name"] == "Ida"
    assert answer.headers["etag"] == '"2"'
    assert rest.arguments(function) == [{"ticket": "1042", **assignee}]


def test_my_tickets_are_listed_page_by_page(rest):
    rest.results["list_my_tickets"] = in_turn(
        page(*(ticket_row(number=number) for number in (5, 4)), following=4),
        page(ticket_row(number=3)),
    )

    first = send(list_my_tickets, "GET", "/v1/tickets", query="limit=2").json
    query = f"limit=2&cursor={first['next_cursor']}"
    last = send(list_my_tickets, "GET", "/v1/tickets", query=query).json

    assert [each["number"] for each in first["items"]] == [5, 4]
    assert last["next_cursor"] is None
    assert rest.arguments("list_my_tickets") == [
        {"page_size": 2},
        {"page_size": 2, "after": ["4"]},
    ]


@pytest.mark.parametrize(
    ("query", "size"), [("", 50), ("limit=1", 1), ("limit=100", 100)]
)
def test_a_page_holds_50_items_or_as_many_as_the_query_names(rest, query, size):
    rest.results["list_my_tickets"] = page()

    send(list_my_tickets, "GET", "/v1/tickets", query=query)

    assert rest.arguments("list_my_tickets") == [{"page_size": size}]


def test_my_tickets_are_chosen_by_category_and_sorted(rest):
    rest.results["list_my_tickets"] = in_turn(
        page(ticket_row(), following=["2026-11-23T09:00:00+00:00", 4]), page()
    )
    query = "status_category=new,open&sort=updated"

    first = send(list_my_tickets, "GET", "/v1/tickets", query=query).json
    query = f"{query}&cursor={first['next_cursor']}"
    send(list_my_tickets, "GET", "/v1/tickets", query=query)

    chosen = {"status_categories": ["new", "open"], "sort": "updated", "page_size": 50}
    assert rest.arguments("list_my_tickets") == [
        chosen,
        chosen | {"after": ["2026-11-23 09:00:00+00:00", "4"]},
    ]


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("status=open,new", ["open", "new"]),
        ("status=open&status=new", ["open", "new"]),
        ("status=open%2Cnew", ["open", "new"]),
        ("status=new", ["new"]),
    ],
)
def test_statuses_are_listed_with_commas_or_repeated(rest, query, statuses):
    rest.results["list_my_tickets"] = page()

    send(list_my_tickets, "GET", "/v1/tickets", query=query)

    assert rest.calls[0].arguments["statuses"] == statuses


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
        ("sort=priority", 422, "invalid"),
        ("status_category=done", 422, "invalid"),
        ("offset=10", 422, "invalid"),
        ("Limit=10", 422, "invalid"),
        ("status=a%00b", 422, "invalid"),
        ("status=" + "x" * 51, 422, "invalid"),
        ("cursor=garbage", 400, "bad-cursor"),
        ("cursor=WyJuYW1lIl0=", 400, "bad-cursor"),
        ("cursor=", 400, "bad-cursor"),
        ("cursor=" + "x" * 1_001, 400, "bad-cursor"),
        ("cursor=%00", 400, "bad-cursor"),
        ("cursor=%ff%fe", 400, "bad-cursor"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_invalid_query_never_reaches_the_database(rest, query, status, problem):
    answer = send(list_my_tickets, "GET", "/v1/tickets", query=query)

    assert (answer.status, answer.problem) == (status, problem)
    assert not rest.calls


def test_the_events_of_a_ticket_go_on_after_the_last_one_seen(rest):
    rest.results["list_ticket_events"] = in_turn(
        page(*(event_row(seq=seq) for seq in (1, 2)), following=2),
        page(event_row(seq=3)),
    )

    first = send(list_ticket_events, "GET", EVENTS, query="limit=2").json
    last = send(list_ticket_events, "GET", EVENTS, query="after=2").json

    assert [each["seq"] for each in first["items"]] == [1, 2]
    assert first["next_cursor"] == "2"
    assert [parse_event(each).seq for each in last["items"]] == [3]
    assert last["next_cursor"] is None
    assert rest.arguments("list_ticket_events") == [
        {"ticket": "1042", "after": 0, "page_size": 2},
        {"ticket": "1042", "after": 2, "page_size": 50},
    ]


def test_the_events_of_a_ticket_are_read_back_from_the_newest(rest):
    rest.results["list_ticket_events"] = in_turn(
        page(*(event_row(seq=seq) for seq in (3, 2)), following=2),
        page(event_row(seq=1)),
    )

    first = send(list_ticket_events, "GET", EVENTS, query="sort=newest&limit=2").json
    query = f"sort=newest&before={first['next_cursor']}"
    last = send(list_ticket_events, "GET", EVENTS, query=query).json

    assert [each["seq"] for each in first["items"] + last["items"]] == [3, 2, 1]
    assert rest.arguments("list_ticket_events") == [
        {"ticket": "1042", "after": 0, "newest_first": True, "page_size": 2},
        {
            "ticket": "1042",
            "after": 0,
            "before": 2,
            "newest_first": True,
            "page_size": 50,
        },
    ]


@pytest.mark.parametrize(
    "query",
    [
        "after=-1",
        "after=2147483648",
        "after=x",
        "seq=1",
        "before=0",
        "sort=latest",
    ],
)
def test_an_invalid_position_among_the_events_is_refused(rest, query):
    answer = send(list_ticket_events, "GET", EVENTS, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("method", "body", "function", "arguments"),
    [
        ("PUT", {"until": "2030-01-07T09:00:00+01:00"}, "snooze_ticket",
         {"until": "2030-01-07T08:00:00Z"}),
        ("DELETE", None, "unsnooze_ticket", {}),
    ],
)  # fmt: skip
def test_a_ticket_is_snoozed_and_woken(rest, method, body, function, arguments):
    rest.results[function] = ticket_row(snoozed_until="2030-01-07T08:00:00Z", version=2)

    answer = send(snooze_ticket, method, SNOOZE, body)

    assert answer.json["snoozed_until"] == "2030-01-07T08:00:00Z"
    assert answer.headers["etag"] == '"2"'
    assert rest.arguments(function) == [{"ticket": "1042", **arguments}]
