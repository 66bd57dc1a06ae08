"""Bulk updates as the tests ask for them and work them off."""

from typing import Any

from .acting import WORKER, ActingConnection

REFUSED = "failed"


def start(db: ActingConnection, tickets: Any, who: str = "agent", **change: Any) -> Any:
    names = [str(each["id"] if isinstance(each, dict) else each) for each in tickets]
    return db.call(who, "bulk_update", tickets=names, change=change)


def undo(db: ActingConnection, job: Any, who: str = "agent") -> Any:
    return db.call(who, "undo_bulk_update", bulk_update=job["id"])


def run_all(db: ActingConnection, max_items: int = 50) -> int:
    """Do what is due, chunk by chunk; return how many chunks there were."""
    chunks = 0
    while run_chunk(db, max_items):
        chunks += 1
    return chunks


def run_chunk(db: ActingConnection, max_items: int = 50) -> Any:
    """Claim and do one chunk; return how far it came, or None when nothing is due."""
    # In a test's own transaction time stands still.
    db.execute(
        "update private.bulk_updates set due_at = now() where finished_at is null"
    )
    claimed = db.call(WORKER, "claim_bulk_update")
    return claimed and db.call(
        WORKER,
        "apply_bulk_chunk",
        bulk_update=claimed["id"],
        attempt=claimed["attempt"],
        max_items=max_items,
    )


def run(db: ActingConnection, tickets: Any, who: str = "agent", **change: Any) -> Any:
    """Return a bulk update that is over."""
    job = start(db, tickets, who, **change)
    run_all(db)
    return get_bulk_update(db, job, who)


def run_undo(db: ActingConnection, job: Any, who: str = "agent") -> Any:
    back = undo(db, job, who)
    run_all(db)
    return get_bulk_update(db, back, who)


def get_bulk_update(db: ActingConnection, job: Any, who: str = "agent") -> Any:
    return db.call(who, "get_bulk_update", bulk_update=job["id"])


def items(
    db: ActingConnection, job: Any, who: str = "agent", **query: Any
) -> list[Any]:
    return db.rows(who, "list_bulk_items", bulk_update=job["id"], **query)


def item_results(db: ActingConnection, job: Any, who: str = "agent") -> list[str]:
    """Return how each item ended: done, or why not."""
    return [item["problem"] or item["result"] for item in items(db, job, who)]
