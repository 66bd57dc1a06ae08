import pytest

from functions.add_comment.app import handler as add_comment
from functions.list_comments.app import handler as list_comments
from functions.redact_comment.app import handler as redact_comment

PATH = "/v1/tickets/1042/comments"


def test_a_reply_is_kept(send, fakes):
    answer = send(add_comment, "POST", PATH, {"body": "Thank you."})

    assert answer.status == 201
    assert answer.json["visibility"] == "public"
    assert answer.json["author_name"] == "Ida"
    assert answer.headers["location"] == f"/v1/tickets/{fakes.ticket.id}/comments"


def test_a_reply_sent_twice_is_said_once(send):
    key = {"Idempotency-Key": "k"}

    first = send(add_comment, "POST", PATH, {"body": "Thank you."}, key)
    second = send(add_comment, "POST", PATH, {"body": "Thank you."}, key)
    other = send(add_comment, "POST", PATH, {"body": "Hello?"}, key)

    assert first == second
    assert (other.status, other.problem) == (422, "idempotency-key-reused")
    assert len(send(list_comments, "GET", PATH).json["items"]) == 1


def test_a_conversation_is_read_in_order(send):
    for body in ("one", "two", "three"):
        send(add_comment, "POST", PATH, {"body": body})

    first = send(list_comments, "GET", PATH, query="limit=2").json
    rest = send(list_comments, "GET", PATH, query=f"cursor={first['next_cursor']}").json

    said = [each["body"] for each in first["items"] + rest["items"]]
    assert said == ["one", "two", "three"]


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
def test_a_comment_that_cannot_be_kept_is_a_problem(send, fakes, body):
    answer = send(add_comment, "POST", PATH, body)

    assert (answer.status, answer.problem) == (422, "invalid")
    assert not fakes.comments.said


@pytest.mark.parametrize(
    ("handler", "method", "body"),
    [(add_comment, "POST", {"body": "b"}), (list_comments, "GET", None)],
    ids=["add", "list"],
)
def test_a_conversation_needs_a_ticket(send, handler, method, body):
    answer = send(handler, method, "/v1/tickets/9/comments", body)

    assert (answer.status, answer.problem) == (404, "not-found")


@pytest.mark.parametrize("by", ["id", "position"])
def test_words_are_taken_out_by_id_or_position(send, fakes, by):
    said = send(add_comment, "POST", PATH, {"body": "Mine is 4111-1111."}).json

    answer = send(redact_comment, "POST", f"{PATH}/{said[by]}/redaction")

    assert (answer.status, answer.json["body"]) == (200, "[redacted]")
    assert answer.json["redacted_at"]
    assert "4111-1111" not in send(list_comments, "GET", PATH).body


def test_words_that_were_not_said_cannot_be_taken_out(send):
    answer = send(redact_comment, "POST", f"{PATH}/7/redaction")

    assert (answer.status, answer.problem) == (404, "not-found")
