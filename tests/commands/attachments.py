"""Files of comments: announcing, reading, redacting."""

from typing import Any

from tests.database.acting import ActingConnection
from tests.database.arrange import leave_queues
from tests.database.files import announce, upload

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    World,
    on_ticket,
    reading,
    unrelated,
)
from .replays import HIDDEN, MOVED_AWAY, OUT_OF_THE_QUEUE, TEAM, lose_permission
from .template import command, query
from .values import ID, KEY, LINE, REF

TICKET = "/v1/tickets/{ticket}"
FILE = {"name": "a.txt", "size": 5, "content_type": "text/plain"}


def _on_file(world: World) -> dict[str, Any]:
    return {"ticket": world.ticket, "attachment": world.attachment}


def _file(db: ActingConnection, _: str) -> Arguments:
    return {"ticket": db.create_ticket()["id"], **FILE}


def _redaction(db: ActingConnection, _: str) -> Arguments:
    ticket = db.create_ticket()
    file = upload(db, announce(db, ticket, "agent"))
    db.comment("agent", ticket, visibility="internal", attachments=[file["id"]])
    return {"ticket": ticket["id"], "attachment": file["id"]}


COMMANDS = {
    "attach_file": Command(
        Case(reading(), on_ticket(**FILE)),
        step=unrelated,
        both_ways=Route(
            f"POST {TICKET}/attachments",
            lambda w: {"ticket": w.ticket, **FILE},
            {
                "ticket": REF,
                "name": [None, *LINE, "a/b", "a\\b", ".", "..", "x" * 256, "ä" * 200],
                "size": [None, 0, -1, "five", 10**9, 2**70],
                "content_type": [None, "", "nope", "a/b/c", "\0", "a/\u200b"],
                "sha256": ["", "nope", "g" * 64, "0" * 63],
                "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                TEAM, _file,
                {
                    "left the queue": OUT_OF_THE_QUEUE,
                    "moved away": MOVED_AWAY,
                    "tickets.read": lose_permission("tickets.read", HIDDEN),
                },
            ),
        ),
    ),
    "get_attachment": Command(Case(reading(), _on_file)),
    "redact_attachment": Command(
        Case(reading("comments.redact"), _on_file),
        step=unrelated,
        both_ways=Route(
            f"POST {TICKET}/attachments/{{attachment}}/redaction",
            lambda w: {"ticket": w.ticket, "attachment": w.attachment},
            {"ticket": REF, "attachment": ID, "idempotency_key": KEY},
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
}  # fmt: skip
FUNCTIONS = {
    "AttachFile": command(),
    "GetAttachment": query(),
    "RedactAttachment": command(),
}
