"""One request for each command that takes an idempotency key, and who may send it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from psycopg import sql

from .acting import WORKER, ActingConnection
from .arrange import leave_queues, move_to_queue, revoke_permission, revoke_role
from .assigning import make_available
from .bulk import run
from .personas import grant
from .webhooks import URL, create_event, create_webhook, deliveries

Arguments = dict[str, Any]
Prepare = Callable[[ActingConnection, str], Arguments]
Lose = Callable[[ActingConnection], None]
DENIED, HIDDEN = "PT403", "PT404"
# Keys are kept longer than effects, and the differences of a queue fold by chance.
NOT_COUNTED = ("idempotency_keys", "command_counts", "queue_counts")


@dataclass(frozen=True)
class Request:
    """A request that two people may send, and what takes its response from the first.

    Attributes:
        who: two people who may send it.
        prepare: makes what the request is about, for one person; returns its arguments.
        losses: what ends the right to see the response, with the refusal that follows.
    """

    command: str
    who: tuple[str, str]
    prepare: Prepare
    losses: Mapping[str, tuple[Lose, str]] = field(default_factory=dict)


def count_rows(db: ActingConnection) -> int:
    """Count the rows of every table that only a change of the desk adds to."""
    tables = db.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'private') and tablename <> all (%s)",
        list(NOT_COUNTED),
    ).fetchall()
    counts = [
        sql.SQL("(select count(*) from {})").format(sql.Identifier(*table))
        for table in tables
    ]
    query = sql.SQL("select ") + sql.SQL(" + ").join(counts)
    [(rows,)] = db.execute(query)
    return int(rows)


def lose_permission(permission: str, code: str = DENIED) -> tuple[Lose, str]:
    return lambda db: revoke_permission(db, permission), code


def _claim(db: ActingConnection, who: str) -> Arguments:
    make_available(db, who)
    db.create_ticket()
    return {"queue": "support"}


def _move_all_away(db: ActingConnection) -> None:
    for (ticket,) in db.execute("select id from public.tickets").fetchall():
        move_to_queue(db, {"id": ticket}, "billing")


def _note(db: ActingConnection, _: str) -> Arguments:
    ticket = db.create_ticket()
    return {"ticket": ticket["id"], "body": "Psst.", "visibility": "internal"}


def _reply(db: ActingConnection, _: str) -> Arguments:
    return {"ticket": db.create_ticket()["id"], "body": "So."}


def _redaction(db: ActingConnection, _: str) -> Arguments:
    ticket = db.create_ticket()
    db.note(ticket)
    return {"ticket": ticket["id"], "comment": "2"}


def _redacted_text(db: ActingConnection, _: str) -> Arguments:
    return {"ticket": db.create_ticket()["id"], "redacted_text": "broken"}


def _undo(db: ActingConnection, who: str) -> Arguments:
    return {"bulk_update": run(db, [db.create_ticket()], who, priority="low")["id"]}


def _second_admin(db: ActingConnection) -> None:
    grant(db.connection, "lead", "admin")


def _queue(db: ActingConnection, who: str) -> Arguments:
    _second_admin(db)
    return {"key": f"of-{who}", "name": "Another"}


def _status(db: ActingConnection, who: str) -> Arguments:
    _second_admin(db)
    labels = {"agent_label": "Parts", "customer_label": "Parts"}
    return {"status": f"of_{who}", "category": "on_hold", **labels}


def _dead_letter(db: ActingConnection, _: str) -> Arguments:
    _second_admin(db)
    event = db.events(db.create_ticket())[0]["id"]
    db.call(WORKER, "fail_event", event=event, error="no", max_attempts=1)
    return {"event": event}


def _webhook_draft(db: ActingConnection, _: str) -> Arguments:
    _second_admin(db)
    return {"url": URL}


def _webhook(db: ActingConnection, _: str) -> Arguments:
    _second_admin(db)
    return {"webhook": create_webhook(db)["id"]}


def _delivery(db: ActingConnection, who: str) -> Arguments:
    hook = _webhook(db, who)
    create_event(db)
    [delivery, *_] = deliveries(db, {"id": hook["webhook"]})
    return {**hook, "delivery": delivery["id"]}


def _events(db: ActingConnection, who: str) -> Arguments:
    db.create_ticket()
    return _webhook(db, who) | {
        "since": db.scalar("select now() - interval '1 day'"),
        "until": db.scalar("select now() + interval '1 day'"),
    }


TEAM, ADMINS = ("agent", "neighbour"), ("admin", "lead")
OUT_OF_THE_QUEUE = (lambda db: leave_queues(db, "agent"), HIDDEN)
NO_AGENT = (lambda db: revoke_role(db, "agent"), DENIED)
MANAGES_WEBHOOKS = {"webhooks.manage": lose_permission("webhooks.manage")}
REQUESTS = [
    Request(
        "create_ticket", ("customer", "stranger"),
        lambda *_: {"subject": "Help", "body": "It is broken."},
        {"tickets.create": lose_permission("tickets.create")},
    ),
    Request(
        "add_comment", TEAM, _reply,
        {
            "left the queue": OUT_OF_THE_QUEUE,
            "moved away": (_move_all_away, HIDDEN),
            "tickets.read": lose_permission("tickets.read", HIDDEN),
        },
    ),
    Request(
        "add_comment", TEAM, _note,
        {
            "left the queue": OUT_OF_THE_QUEUE,
            "moved away": (_move_all_away, HIDDEN),
            "tickets.note": lose_permission("tickets.note"),
        },
    ),
    Request(
        "redact_comment", ("lead", "admin"), _redaction,
        {
            "left the queue": (lambda db: leave_queues(db, "lead"), HIDDEN),
            "moved away": (_move_all_away, HIDDEN),
            "tickets.note": lose_permission("tickets.note", HIDDEN),
            "comments.redact": lose_permission("comments.redact"),
        },
    ),
    Request(
        "redact_ticket", ("lead", "admin"), _redacted_text,
        {
            "left the queue": (lambda db: leave_queues(db, "lead"), HIDDEN),
            "moved away": (_move_all_away, HIDDEN),
            "tickets.read": lose_permission("tickets.read", HIDDEN),
            "comments.redact": lose_permission("comments.redact"),
        },
    ),
    Request(
        "claim_next_ticket", TEAM, _claim,
        {
            "left the queue": OUT_OF_THE_QUEUE,
            "moved away": (_move_all_away, HIDDEN),
            "tickets.read": lose_permission("tickets.read", HIDDEN),
            "role": NO_AGENT,
        },
    ),
    Request(
        "create_view", TEAM, lambda *_: {"name": "Mine", "queue": "support"},
        {
            "left the queue": (lambda db: leave_queues(db, "agent"), "PT422"),
            "role": NO_AGENT,
        },
    ),
    # Of these only their author sees anything, and always.
    Request(
        "bulk_update", TEAM,
        lambda db, _: {
            "tickets": [db.create_ticket()["id"]], "change": {"priority": "low"}
        },
    ),
    Request("undo_bulk_update", TEAM, _undo),
    Request("mark_notifications_read", TEAM, lambda *_: {"ids": [uuid4()]}),
    Request(
        "create_queue", ADMINS, _queue,
        {"queues.manage": lose_permission("queues.manage")},
    ),
    Request(
        "create_status", ADMINS, _status,
        {"statuses.manage": lose_permission("statuses.manage")},
    ),
    Request(
        "retry_dead_letter", ADMINS, _dead_letter,
        {"events.manage": lose_permission("events.manage")},
    ),
    Request("create_webhook", ADMINS, _webhook_draft, MANAGES_WEBHOOKS),
    Request("rotate_webhook_secret", ADMINS, _webhook, MANAGES_WEBHOOKS),
    Request("ping_webhook", ADMINS, _webhook, MANAGES_WEBHOOKS),
    Request("replay_webhook_delivery", ADMINS, _delivery, MANAGES_WEBHOOKS),
    Request("replay_webhook_events", ADMINS, _events, MANAGES_WEBHOOKS),
]  # fmt: skip
