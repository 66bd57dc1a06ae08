"""Bulk updates as the tests ask for them and work them off."""

from typing import Any

from .desk import WORKER, Desk

REFUSED = "failed"


def begin(desk: Desk, tickets: Any, who: str = "agent", **change: Any) -> Any:
    names = [str(each["id"] if isinstance(each, dict) else each) for each in tickets]
    return desk.call(who, "bulk_update", tickets=names, change=change)


def undo(desk: Desk, job: Any, who: str = "agent") -> Any:
    return desk.call(who, "undo_bulk_update", bulk_update=job["id"])


def work(desk: Desk, max_items: int = 50) -> int:
    """Do what is due, chunk by chunk; return how many chunks there were."""
    chunks = 0
    while step(desk, max_items):
        chunks += 1
    return chunks


def step(desk: Desk, max_items: int = 50) -> Any:
    """Claim and do one chunk; return how far it came, or None when nothing is due."""
    # In a test's own transaction time stands still.
    desk.run("update private.bulk_updates set due_at = now() where finished_at is null")
    claimed = desk.call(WORKER, "claim_bulk_update")
    return claimed and desk.call(
        WORKER,
        "apply_bulk_chunk",
        bulk_update=claimed["id"],
        attempt=claimed["attempt"],
        max_items=max_items,
    )


def done(desk: Desk, tickets: Any, who: str = "agent", **change: Any) -> Any:
    """Return a bulk update that is over."""
    job = begin(desk, tickets, who, **change)
    work(desk)
    return look(desk, job, who)


def undone(desk: Desk, job: Any, who: str = "agent") -> Any:
    back = undo(desk, job, who)
    work(desk)
    return look(desk, back, who)


def look(desk: Desk, job: Any, who: str = "agent") -> Any:
    return desk.call(who, "get_bulk_update", bulk_update=job["id"])


def items(desk: Desk, job: Any, who: str = "agent", **query: Any) -> list[Any]:
    return desk.rows(who, "list_bulk_items", bulk_update=job["id"], **query)


def ends(desk: Desk, job: Any, who: str = "agent") -> list[str]:
    """Return how each item ended: done, or why not."""
    return [item["problem"] or item["result"] for item in items(desk, job, who)]
