"""What is wrong with a value is said in words, and never with the value."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi import Query
from pydantic import Field
from starlette.testclient import TestClient

from shared.core.errors.sentences import PATTERNS, SENTENCES
from shared.core.http import create_app
from shared.core.types import Command, StrictBool, StrictInt, TicketPriority, Timestamp
from shared.queues import When
from shared.tickets import Assignment, Tag, TicketDraft
from tests.api_document import api_document

TIME = "It must be a date and time with an offset, such as 2026-11-28T09:00:00Z."
PYDANTIC = re.compile(
    r"Input should|Value error|Field required|String should|Extra inp"
)


class Everything(Command):
    """One field of each kind."""

    flag: StrictBool = False
    always: Literal[True] = True
    number: StrictInt = Field(default=1, ge=1, le=9)
    some: int = 1
    id: UUID = UUID(int=0)
    day: date = date(2026, 11, 28)
    when: Timestamp | None = None
    tags: Annotated[list[Tag], Field(min_length=1, max_length=2)] = Field(default=["a"])
    priority: TicketPriority = TicketPriority.LOW
    text: Annotated[str, Field(min_length=2, max_length=3)] = "ab"
    object: dict[str, int] = Field(default={})
    inner: Assignment = Assignment(me=True)


class Times(Command):
    """Times in a query."""

    at: When | None = None
    since: Timestamp | None = None


@pytest.fixture
def client():
    app = create_app()

    @app.post("/all")
    async def post(body: Everything) -> None:
        """Accept everything."""

    @app.post("/drafts")
    async def post_draft(body: TicketDraft) -> None:
        """Accept a draft."""

    @app.get("/times")
    async def get(query: Annotated[Times, Query()]) -> dict[str, str]:
        return {name: str(value) for name, value in query if value is not None}

    @app.post("/bare")
    async def bare() -> None:
        """Read no body."""

    with TestClient(app) as client:
        yield client


def details(answer):
    assert answer.status_code == 422, answer.text
    return [(each["pointer"], each["detail"]) for each in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("field", "value", "detail"),
    [
        ("flag", "yes", "It must be true or false."),
        ("flag", None, "It must be true or false."),
        ("always", False, "It must be true."),
        ("number", "7", "It must be a number."),
        ("number", 0, "It must be 1 or more."),
        ("number", 10, "It must be 9 or less."),
        ("some", 1.5, "It must be a whole number."),
        ("some", "many", "It must be a whole number."),
        ("some", [], "It must be a whole number."),
        ("id", "1042", "It must be an id, as responses show them."),
        ("id", 1042, "It must be an id, as responses show them."),
        ("day", "tomorrow", "It must be a date, such as 2026-11-28."),
        ("day", [], "It must be a date, such as 2026-11-28."),
        ("when", "2026-11-28", TIME),
        ("when", "2026-11-28T09:00", TIME),
        ("when", 1_700_000_000, TIME),
        ("when", "tomorrow", TIME),
        ("when", "2026-13-28T09:00:00Z", TIME),
        ("tags", "a", "It must be a list."),
        ("tags", [], "It must have 1 or more."),
        ("tags", ["a", "b", "c"], "It may have 2 at most."),
        ("priority", "top", "It must be 'urgent', 'high', 'normal' or 'low'."),
        ("text", 7, "It must be a text."),
        ("text", "a", "It must have 2 characters or more."),
        ("text", "abcd", "It may have 3 characters at most."),
        ("object", [], "It must be an object."),
        ("inner", "me", "It must be an object."),
        ("inner", {}, 'Give either "assignee_id" or "me": true.'),
        ("unknown", 1, "There is no such name here."),
    ],
)
def test_a_wrong_value_is_explained(client, field, value, detail):
    answer = client.post("/all", json={field: value})

    assert details(answer) == [(f"#/{field}", detail)]


def test_a_tag_that_is_none_is_explained(client):
    answer = client.post("/all", json={"tags": ["a b"]})

    sentence = "It must have 1 to 50 characters, no spaces and no commas."
    assert details(answer) == [("#/tags/0", sentence)]


def test_what_is_missing_is_explained(client):
    answer = client.post("/drafts", json={"subject": "a"})

    assert details(answer) == [("#/body", "It is needed.")]
    for path in ("/drafts", "/all"):
        answer = client.post(path)
        assert details(answer) == [("#", "A body is needed: an object of JSON.")]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-28T09:00:00Z", datetime(2026, 11, 28, 9, tzinfo=UTC)),
        (
            "2026-11-28t09:00:00.5z",
            datetime(2026, 11, 28, 9, 0, 0, 500_000, UTC),
        ),
        ("2026-11-28T09:00:00+02:00", datetime(2026, 11, 28, 7, tzinfo=UTC)),
        ("2026-11-28T09:00:00-02:00", datetime(2026, 11, 28, 11, tzinfo=UTC)),
        ("2026-11-28 09:00+0200", datetime(2026, 11, 28, 7, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("name", ["at", "since"])
def test_a_time_in_a_query_is_read_with_its_plus_escaped_or_not(
    client, name, text, read, escaped
):
    given = quote(text, safe="" if escaped else "+")

    answer = client.get(f"/times?{name}={given}")

    assert answer.json() == {name: str(read)}


@pytest.mark.parametrize("text", ["2026-11-28", "yesterday", "1700000000", ""])
def test_what_is_no_time_is_refused_for_one_reason(client, text):
    answer = client.get("/times", params={"at": text, "since": text})

    assert details(answer) == [("query/at", TIME), ("query/since", TIME)]


@pytest.mark.parametrize("text", ["P", "PT2", "P1000Y"])
def test_what_is_no_duration_is_refused_for_one_reason(client, text):
    [(pointer, detail)] = details(client.get("/times", params={"at": text}))

    assert pointer == "query/at"
    assert not PYDANTIC.search(detail)


@pytest.mark.parametrize("body", [b"", b"{}", b" null "])
def test_an_empty_body_is_taken_where_none_is_read(client, body):
    headers = {"content-type": "application/json"}

    assert client.post("/bare", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("body", [{"a": 1}, [], "text", 7, False])
def test_a_body_that_nothing_reads_is_refused(client, body):
    answer = client.post("/bare", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"] == "This request takes no body."


def patterns(node):
    """Return every `pattern` somewhere in a document, but in its examples."""
    inside = node
    if isinstance(node, dict):
        inside = [each for name, each in node.items() if name != "examples"]
    found = set()
    if isinstance(node, dict) and isinstance(node.get("pattern"), str):
        found.add(node["pattern"])
    if isinstance(node, dict | list):
        found.update(*map(patterns, inside))
    return found


def test_every_pattern_of_the_document_has_words():
    found = patterns(api_document())

    assert found
    assert found - set(PATTERNS) == set()


def test_sentences_are_sentences():
    for sentence in (*SENTENCES.values(), *PATTERNS.values()):
        assert re.fullmatch(r"(It|There) .+\.", sentence)
