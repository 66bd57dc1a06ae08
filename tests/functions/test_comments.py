import pytest

from functions.add_comment.app import handler as add_comment
from functions.list_comments.app import handler as list_comments
from functions.redact_comment.app import handler as redact_comment
from functions.redact_ticket.app import handler as redact_ticket
from shared.core.types import encode_cursor
from tests.builders import NOW, comment_row, page
from tests.events import send
from tests.fakes import NOT_FOUND, in_turn, refusal

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
PATH = "/v1/tickets/1042/comments"
CLOSED = "7c1f0a52-90f4-4a3c-9a4e-7f6a1f5f3a10"
KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("body", "visibility"),
    [
        ({"body": "Thank you."}, "public"),
        ({"body": "Thank you.", "visibility": "internal"}, "internal"),
    ],
)
def test_a_comment_is_added(rest, body, visibility):
    rest.results["add_comment"] = comment_row(ticket_id=ID, visibility=visibility)

    answer = send(add_comment, "POST", PATH, body, headers=KEY)

    assert answer.status == 201
    assert answer.json["visibility"] == visibility
    assert answer.json["author_name"] == "Ida"
    assert answer.headers["location"] == f"/v1/tickets/{ID}/comments"
    assert rest.arguments("add_comment") == [
        {
            "ticket": "1042",
            "body": "Thank you.",
            "visibility": visibility,
            "idempotency_key": "k",
        }
    ]


def test_a_reply_to_a_closed_ticket_says_where_it_went(rest):
    row = comment_row(ticket_id=ID, follow_up_of=CLOSED)
    rest.results["add_comment"] = row

    answer = send(add_comment, "POST", PATH, {"body": "It is back."}, headers=KEY)

    assert (answer.json["follow_up_of"], answer.json["ticket_id"]) == (CLOSED, ID)
    assert answer.headers["location"] == f"/v1/tickets/{ID}/comments"


@pytest.mark.parametrize(
    ("status", "slug"),
    [(422, "idempotency-key-reused"), (409, "being-answered"), (403, "denied")],
)
def test_a_comment_that_the_database_refuses_is_its_problem(rest, status, slug):
    rest.results["add_comment"] = refusal(status, slug)

    answer = send(add_comment, "POST", PATH, {"body": "Hello?"}, headers=KEY)

    assert (answer.status, answer.problem) == (status, slug)


def test_comments_are_listed_page_by_page(rest):
    rows = [comment_row(position=position) for position in (1, 2, 3)]
    rest.results["list_comments"] = in_turn(page(*rows[:2], following=2), page(rows[2]))

    first = send(list_comments, "GET", PATH, query="limit=2").json
    last = send(list_comments, "GET", PATH, query=f"cursor={first['next_cursor']}").json

    assert [each["position"] for each in first["items"] + last["items"]] == [1, 2, 3]
    assert last["next_cursor"] is None
    assert rest.arguments("list_comments") == [
        {"ticket": "1042", "after": 0, "page_size": 2},
        {"ticket": "1042", "after": 2, "page_size": 50},
    ]


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("", {"after": 0, "page_size": 50}),
        ("after=7", {"after": 7, "page_size": 50}),
        ("sort=oldest&limit=9", {"after": 0, "page_size": 9}),
        ("sort=newest", {"after": 0, "newest_first": True, "page_size": 50}),
        (
            "sort=newest&cursor={7}&after=2",
            {"after": 2, "before": 7, "newest_first": True, "page_size": 50},
        ),
        ("cursor={7}&after=2", {"after": 7, "page_size": 50}),
        ("cursor={2}&after=7", {"after": 7, "page_size": 50}),
    ],
)
def test_a_page_of_comments_begins_and_ends_where_asked(rest, query, arguments):
    rest.results["list_comments"] = page(comment_row())
    for position in (2, 7):
        query = query.replace(f"{{{position}}}", encode_cursor([position]))

    answer = send(list_comments, "GET", PATH, query=query)

    assert answer.status == 200
    assert rest.arguments("list_comments") == [{"ticket": "1042", **arguments}]


@pytest.mark.parametrize(
    "query",
    ["sort=best", "after=-1", "after=x", "after=2147483648", "limit=0", "before=3"],
)
def test_a_page_of_comments_that_makes_no_sense_is_refused(rest, query):
    answer = send(list_comments, "GET", PATH, query=query)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"body": ""},
        {"body": "  "},
        {"body": "x" * 50_001},
        {"body": "a\0b"},
        {"body": "b", "visibility": "secret"},
        {"body": "b", "author_id": "5b0d2f0e-3a86-4c1c-8f0e-6b1f8f3c2a02"},
        {"body": "b", "position": 1},
    ],
    ids=lambda body: str(body)[:30],
)
def test_an_invalid_comment_never_reaches_the_database(rest, body):
    answer = send(add_comment, "POST", PATH, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls


@pytest.mark.parametrize(
    ("handler", "method", "path", "body", "function"),
    [
        (add_comment, "POST", PATH, {"body": "b"}, "add_comment"),
        (list_comments, "GET", PATH, None, "list_comments"),
        (redact_comment, "POST", f"{PATH}/7/redaction", None, "redact_comment"),
    ],
    ids=["add", "list", "redact"],
)
def test_a_ticket_or_comment_that_is_not_found_is_a_problem(
    rest, handler, method, path, body, function
):
    rest.results[function] = NOT_FOUND

    answer = send(handler, method, path, body)

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("ref", [ID, "2"])
def test_a_comment_is_redacted_by_id_or_position(rest, ref):
    redacted = {"body": "[redacted]", "redacted_at": NOW.isoformat()}
    rest.results["redact_comment"] = comment_row(**redacted)

    path = f"{PATH}/{ref}/redaction"
    answer = send(redact_comment, "POST", path, headers=KEY)

    assert (answer.status, answer.json["body"]) == (200, "[redacted]")
    assert answer.json["redacted_at"]
    assert rest.arguments("redact_comment") == [
        {"ticket": "1042", "comment": ref, "idempotency_key": "k"}
    ]


REDACTION = "/v1/tickets/1042/redaction"


def test_a_text_of_a_ticket_is_redacted(rest, capsys):
    redacted = {"ticket_id": ID, "places": 3}
    rest.results["redact_ticket"] = redacted
    body = {"text": "4111 1111"}

    answer = send(redact_ticket, "POST", REDACTION, body, headers=KEY)

    assert (answer.status, answer.json) == (200, redacted)
    assert rest.arguments("redact_ticket") == [
        {"ticket": "1042", "redacted_text": "4111 1111", "idempotency_key": "k"}
    ]
    assert "4111" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 1001}, {"text": 4111}]
)
def test_a_redaction_needs_a_text(rest, body):
    answer = send(redact_ticket, "POST", REDACTION, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not rest.calls
