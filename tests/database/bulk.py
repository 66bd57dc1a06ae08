"""Starts, runs and reads bulk updates."""

from typing import Any

from .acting import WORKER, ActingConnection

REFUSED = "failed"


def start(db: ActingConnection, tickets: Any, who: str = "agent", **change: Any) -> Any:
    names = [str(each["id"] if isinstance(each, dict) else each) for each in tickets]
    return db.call(who, "bulk_update", tickets=names, change=change)


def undo(db: ActingConnection, job: Any, who: str = "agent") -> Any:
    return db.call(who, "undo_bulk_update", bulk_update=job["id"])


def run_all(db: ActingConnection, max_items: int = 50) -> int:
    """Apply what is due, chunk by chunk; return the number of chunks."""
    chunks = 0
    while run_chunk(db, max_items):
        chunks += 1
    return chunks


def run_chunk(db: ActingConnection, max_items: int = 50) -> Any:
    """Claim and apply one chunk; return the progress, or None when nothing is due."""
    expire_leases(db)
    claimed = claim_job(db)
    return claimed and apply_chunk(db, claimed, max_items)


def claim_job(db: ActingConnection) -> Any:
    return db.call(WORKER, "claim_bulk_update")


def apply_chunk(db: ActingConnection, claimed: Any, max_items: int = 50) -> Any:
    return db.call(
        WORKER,
        "apply_bulk_chunk",
        bulk_update=claimed["id"],
        attempt=claimed["attempt"],
        max_items=max_items,
    )


def expire_leases(db: ActingConnection) -> None:
    """Make unfinished bulk updates due, whoever has claimed them."""
    db.execute(
        "update private.bulk_updates set due_at = now() - interval '1 second'"
        " where finished_at is null"
    )


def run(db: ActingConnection, tickets: Any, who: str = "agent", **change: Any) -> Any:
    """Return a bulk update that has run to its end."""
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
    return db.items(who, "list_bulk_items", bulk_update=job["id"], **query)


def item_results(db: ActingConnection, job: Any, who: str = "agent") -> list[str]:
    """Return the result of each item, or its problem."""
    return [item["problem"] or item["result"] for item in items(db, job, who)]
