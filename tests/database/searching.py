"""What the tests of search begin with."""

import json
from typing import Any

from .acting import WORKER, ActingConnection, Json


def search(db: ActingConnection, who: str, q: str, **options: object) -> Any:
    """Return a page of what somebody finds."""
    return db.call(who, "search", q=q, **options)


def numbers(db: ActingConnection, who: str, q: str, **options: object) -> list[int]:
    """Return the numbers of the tickets that somebody finds, the best first."""
    return [each["number"] for each in search(db, who, q, **options)["items"]]


def read_all(
    db: ActingConnection, who: str, q: str, **options: object
) -> tuple[list[Any], int]:
    """Return what somebody finds on all pages, and how many pages these are."""
    items: list[Any] = []
    after, pages = None, 0
    while pages == 0 or after:
        page = search(db, who, q, after=after and Json(after), **options)
        items += page["items"]
        after, pages = page["next"], pages + 1
    return items, pages


def answers(db: ActingConnection, who: str, q: str, **options: object) -> str:
    """Return all that somebody is told, as text, however it is searched."""
    return json.dumps(
        [
            search(db, who, q, part=part, **options)
            for part in (None, "tickets", "comments")
        ]
    )


def rebuild(db: ActingConnection, max_items: int = 200) -> int:
    """Do all that the job has to do, and return how many transactions it took."""
    chunks = 0
    # In one transaction nothing older ever ends.
    db.execute("update private.search_rebuilds set after_transaction = 1")
    while db.call(WORKER, "rebuild_search", max_items=max_items) is not None:
        chunks += 1
    return chunks
