"""Macros over HTTP: what is sent to the database, and what comes back."""

import pytest

from functions.add_comment.app import handler as add_comment
from functions.apply_macro.app import handler as apply_macro
from functions.edit_comment.app import handler as edit_comment
from functions.get_ticket.app import handler as get_ticket
from functions.manage_macros.app import handler as manage_macros
from functions.rate_ticket.app import handler as rate_ticket
from tests.builders import NOW, comment_row, page, ticket_row
from tests.events import send

ID = "0f6d6f0a-6a54-4c6e-8a0e-3d3d3a9b1c11"
BATCH = "7c1f0a52-90f4-4a3c-9a4e-7f6a1f5f3a10"
KEY = {"Idempotency-Key": "k"}
MACRO = {
    "id": ID, "name": "M", "scope": "mine", "owner_id": ID, "owner_name": "Ida",
    "queue_id": None, "queue_name": None, "text": "Hello.", "actions": {}, "version": 3,
    "created_at": NOW.isoformat(), "updated_at": NOW.isoformat(),
}  # fmt: skip


def test_macros_are_saved_read_changed_and_deleted(rest):
    rest.results |= dict.fromkeys(
        ["create_macro", "get_macro", "change_macro", "delete_macro"], MACRO
    )
    rest.results["list_macros"] = page(MACRO)
    draft = {"name": "M", "text": "Hello.", "actions": {"status": "pending"}}
    one = f"/v1/macros/{ID}"

    made = send(manage_macros, "POST", "/v1/macros", draft, headers=KEY)
    listed = send(manage_macros, "GET", "/v1/macros")
    read = send(manage_macros, "GET", one)
    match = {"If-Match": '"3"'}
    send(manage_macros, "PATCH", one, {"text": None}, headers=match)
    send(manage_macros, "DELETE", one, headers=match)

    assert (made.status, made.headers["location"]) == (201, one)
    assert [each["id"] for each in listed.json["items"]] == [ID]
    assert read.headers["etag"] == '"3"'
    assert rest.arguments("create_macro") == [
        {**draft, "scope": "mine", "idempotency_key": "k"}
    ]
    assert rest.arguments("change_macro") == [
        {"macro": ID, "changes": {"text": None}, "expected_version": 3}
    ]


@pytest.mark.parametrize(
    "draft",
    [
        {"name": "M"}, {"name": "M", "text": " "}, {"name": "M", "text": "x" * 10_001},
        {"name": "M", "actions": {"reason": "R."}},
        {"name": "M", "actions": {"macro": ID}},
    ],
)  # fmt: skip
def test_a_macro_that_does_nothing_sensible_is_refused(rest, draft):
    assert send(manage_macros, "POST", "/v1/macros", draft, headers=KEY).status == 422
    assert rest.arguments("create_macro") == []


def test_a_macro_is_applied_and_previewed(rest):
    result = {"ticket": ticket_row(), "comments": [comment_row()]}
    rest.results["apply_macro"] = {**result, "batch_id": BATCH}
    rest.results["preview_macro"] = result
    choice = {"macro_id": ID, "macro_version": 3}
    path = "/v1/tickets/1042/macro"
    headers = {**KEY, "If-Match": '"7"'}

    applied = send(apply_macro, "POST", path, choice, headers=headers)
    shown = send(apply_macro, "POST", f"{path}/preview", choice)

    chosen = {"ticket": "1042", "macro": ID, "macro_version": 3}
    assert rest.arguments("apply_macro") == [
        {**chosen, "expected_version": 7, "idempotency_key": "k"}
    ]
    assert rest.arguments("preview_macro") == [chosen]
    assert (applied.status, applied.json["batch_id"]) == (200, BATCH)
    assert [*shown.json["comments"][0]] == ["body", "visibility"]


def test_a_comment_takes_what_is_done_then(rest):
    rest.results["add_comment"] = comment_row(ticket=ticket_row(), batch_id=BATCH)
    then = {"status": "solved", "assignee": "me", "tags": [], "data": {"a": None}}
    body = {"body": "Done.", "then": then}
    headers = {**KEY, "If-Match": '"7"'}

    answer = send(
        add_comment, "POST", "/v1/tickets/1042/comments", body, headers=headers
    )

    assert (answer.json["batch_id"], answer.json["ticket"]["number"]) == (BATCH, 1042)
    [sent] = rest.arguments("add_comment")
    assert (sent["change"], sent["expected_version"]) == (then, 7)


@pytest.mark.parametrize("then", [{}, {"reason": "R."}, {"subject": "S"}, {"macro": 1}])
def test_a_comment_with_nothing_to_do_then_is_refused(rest, then):
    body = {"body": "Done.", "then": then}

    answer = send(add_comment, "POST", "/v1/tickets/1042/comments", body, headers=KEY)

    assert (answer.status, rest.arguments("add_comment")) == (422, [])


def test_a_comment_is_corrected(rest):
    rest.results["edit_comment"] = comment_row(version=2, edited_at=NOW.isoformat())
    headers = {"If-Match": '"1"'}

    answer = send(
        edit_comment, "PATCH", "/v1/tickets/1042/comments/2", {"body": "B"},
        headers=headers,
    )  # fmt: skip

    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert rest.arguments("edit_comment") == [
        {"ticket": "1042", "comment": "2", "body": "B", "expected_version": 1}
    ]


def test_a_ticket_is_shown_as_it_was(rest):
    rest.results["get_ticket_at"] = ticket_row()
    time = "2026-11-28T09:30:00.000001Z"

    answer = send(get_ticket, "GET", "/v1/tickets/1042", query=f"at={time}")
    both = f"at={time}&include=events"
    refused = send(get_ticket, "GET", "/v1/tickets/1042", query=both)

    assert (answer.status, refused.status) == (200, 422)
    assert rest.arguments("get_ticket_at") == [
        {"ticket": "1042", "at": "2026-11-28T09:30:00.000001+00:00"}
    ]


def test_a_ticket_is_rated_signed_in_or_by_a_link(rest):
    rating = {"score": "good", "comment": None, "rated_at": NOW.isoformat(),
              "open_until": NOW.isoformat()}  # fmt: skip
    rest.results |= {"rate_ticket": rating, "rate_by_link": rating}
    draft = {"score": "good", "comment": "Fast."}

    mine = send(rate_ticket, "POST", "/v1/tickets/1042/rating", draft, headers=KEY)
    link = send(rate_ticket, "POST", "/v1/ratings", {**draft, "token": "t"})
    opened = send(rate_ticket, "GET", "/v1/ratings", query="token=t")

    assert (mine.status, link.status, opened.status) == (200, 200, 405)
    assert rest.arguments("rate_ticket") == [
        {"ticket": "1042", **draft, "idempotency_key": "k"}
    ]
    assert rest.arguments("rate_by_link") == [{**draft, "token": "t"}]
