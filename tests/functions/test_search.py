"""The search over HTTP, and the worker that rebuilds its words."""

from uuid import uuid4

import pytest

from functions.rebuild_search.app import handler as rebuild
from functions.search.app import handler as search
from tests.builders import comment_row, ticket_row
from tests.events import context, send
from tests.fakes import in_turn

PIECES = [{"text": "The ", "match": False}, {"text": "printer", "match": True}]
COMMENT = {
    "place": "comment",
    "comment_id": str(uuid4()),
    "visibility": "internal",
    "position": 3,
    "pieces": PIECES,
}


def found(*items, following=None, corrected=False):
    return {"items": items, "next": following, "corrected": corrected}


def found_ticket(**given):
    return ticket_row(
        rank=0.06079271,
        highlights=[{"place": "subject", "field": None, "pieces": PIECES}, COMMENT],
        matches={"replies": 0, "notes": 1},
        **given,
    )


def test_tickets_come_with_their_highlights_and_a_cursor(rest):
    row, last = found_ticket(), [2000, True, 0.06079271, 1042]
    rest.results["search"] = found(row, following=last, corrected=True)

    query = "q=the+printer&status=new,open&field.size=3&queue=support&limit=7"
    answer = send(search, "GET", "/v1/search", query=query)

    assert (answer.status, answer.json["corrected"]) == (200, True)
    [item] = answer.json["items"]
    assert (item["id"], item["rank"]) == (row["id"], 0.06079271)
    assert item["matches"] == {"replies": 0, "notes": 1}
    assert [each["pieces"] for each in item["highlights"]] == [PIECES, PIECES]
    assert item["highlights"][1]["position"] == 3

    cursor = answer.json["next_cursor"]
    send(search, "GET", "/v1/search", query=f"q=the+printer&cursor={cursor}")

    first, second = rest.arguments("search")
    filters = {"statuses": ["new", "open"], "fields": {"size": ["3"]}}
    assert first == {
        "q": "the printer",
        "queue": "support",
        "filters": filters,
        "page_size": 7,
    }
    assert second["after"] == ["2000", "True", "0.06079271", "1042"]


def test_comments_are_listed_with_the_title_of_their_ticket(rest):
    title = {"number": 1042, "subject": "Printing"}
    row = comment_row(rank=0.5, ticket=title, highlights=[COMMENT])
    rest.results["search"] = found(row, following=[900, False])

    answer = send(search, "GET", "/v1/search", query="q=printer&in=comments")

    [item] = answer.json["items"]
    assert (item["id"], item["ticket"]) == (row["id"], title)
    assert answer.json["next_cursor"]
    assert rest.arguments("search")[0]["part"] == "comments"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=",
        "q=+",
        f"q={'x' * 201}",
        "q=a%0ab",
        "q=a&in=notes",
        "q=a&status_category=gone",
        "q=a&sort=newest",
        "q=a&limit=101",
        "q=a&cursor=bm8",
    ],
)
def test_what_is_no_search_never_reaches_the_database(rest, query):
    answer = send(search, "GET", "/v1/search", query=query)

    assert answer.status in (400, 422)
    assert not rest.calls


def test_words_are_rebuilt_until_there_are_none_or_no_time_is_left(rest):
    chunk = {"finished": False}
    rest.results["rebuild_search"] = in_turn(chunk, chunk, None)

    assert rebuild({}, context(60_000)) == {"chunks": 2}
    rest.results["rebuild_search"] = chunk
    assert rebuild({}, context(50_000, 30_000, 12_000)) == {"chunks": 2}
