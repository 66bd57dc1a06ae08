"""Comments, notes, redaction and reply leases."""

from tests.database.acting import ActingConnection
from tests.database.arrange import leave_queues

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    on_ticket,
    reading,
    unrelated,
)
from .replays import HIDDEN, MOVED_AWAY, OUT_OF_THE_QUEUE, TEAM, lose_permission
from .template import WARM, command, query
from .values import BOOLEAN, ENUM, KEY, REF, TEXT

TICKET = "/v1/tickets/{ticket}"


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


COMMANDS = {
    "add_comment": Command(
        {
            "reply": Case(reading(), on_ticket(body="B")),
            "note": Case(
                reading("tickets.note"),
                on_ticket(body="B", visibility="internal"),
            ),
        },
        step=lambda v: {"ticket": v["ticket"], "body": "B"},
        both_ways=Route(
            f"POST {TICKET}/comments",
            lambda w: {"ticket": w.ticket, "body": "So."},
            {"ticket": REF, "body": TEXT, "visibility": ENUM, "idempotency_key": KEY},
        ),
        replays=(
            Replay(
                TEAM, _reply,
                {
                    "left the queue": OUT_OF_THE_QUEUE,
                    "moved away": MOVED_AWAY,
                    "tickets.read": lose_permission("tickets.read", HIDDEN),
                },
            ),
            Replay(
                TEAM, _note,
                {
                    "left the queue": OUT_OF_THE_QUEUE,
                    "moved away": MOVED_AWAY,
                    "tickets.note": lose_permission("tickets.note"),
                },
            ),
        ),
    ),
    "list_comments": Command(Case(reading(), on_ticket())),
    "redact_comment": Command(
        Case(reading("comments.redact"), on_ticket(comment="1")),
        step=unrelated,
        both_ways=Route(
            f"POST {TICKET}/comments/{{comment}}/redaction",
            lambda w: {"ticket": w.ticket, "comment": "1"},
            {"ticket": REF, "comment": REF, "idempotency_key": KEY},
        ),
        replays=(
            Replay(
                ("lead", "admin"), _redaction,
                {
                    "left the queue": (lambda db: leave_queues(db, "lead"), HIDDEN),
                    "moved away": MOVED_AWAY,
                    "tickets.note": lose_permission("tickets.note", HIDDEN),
                    "comments.redact": lose_permission("comments.redact"),
                },
            ),
        ),
    ),
    "redact_ticket": Command(
        Case(reading("comments.redact"), on_ticket(redacted_text="broken")),
        step=unrelated,
        both_ways=Route(
            f"POST {TICKET}/redaction",
            lambda w: {"ticket": w.ticket, "redacted_text": "nowhere"},
            {
                "ticket": REF,
                "redacted_text": [None, "", " ", "redacted", "x" * 1_001, "\0"],
                "idempotency_key": KEY,
            },
            lambda arguments: {"text": arguments["redacted_text"]},
        ),
        replays=(
            Replay(
                ("lead", "admin"), _redacted_text,
                {
                    "left the queue": (lambda db: leave_queues(db, "lead"), HIDDEN),
                    "moved away": MOVED_AWAY,
                    "tickets.read": lose_permission("tickets.read", HIDDEN),
                    "comments.redact": lose_permission("comments.redact"),
                },
            ),
        ),
    ),
    "get_reply_lease": Command(Case(reading("tickets.reply"), on_ticket())),
    "lease_reply": Command(
        Case(reading("tickets.reply"), on_ticket()),
        step=unrelated,
        both_ways=Route(
            f"PUT {TICKET}/lease",
            lambda w: {"ticket": w.ticket},
            {"ticket": REF, "take_over": BOOLEAN},
        ),
    ),
    "release_reply": Command(
        Case(reading("tickets.reply"), on_ticket()),
        step=unrelated,
        both_ways=Route(
            f"DELETE {TICKET}/lease", lambda w: {"ticket": w.ticket}, {"ticket": REF}
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "AddComment": command(**WARM),
    "ListComments": query(),
    "RedactComment": command(),
    "RedactTicket": command(),
    "LeaseReply": command(),
}
