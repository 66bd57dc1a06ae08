"""Tickets: to open, read, change and mark as read."""

from tests.database.acting import ActingConnection

from .expectations import (
    ANYBODY,
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    on_ticket,
    reading,
    unrelated,
)
from .replays import lose_permission
from .template import WARM, command, query
from .values import (
    DATA,
    ENUM,
    KEY,
    LINE,
    NOBODY,
    QUEUE,
    REASON,
    REF,
    TAGS,
    TEXT,
    VERSION,
    of,
)

TICKET = "/v1/tickets/{ticket}"


def _solved(db: ActingConnection, who: str) -> Arguments:
    ticket = db.set_status(db.create_ticket(who), "solved", who)
    return {"ticket": ticket["id"], "score": "good"}


COMMANDS = {
    "create_ticket": Command(
        {
            "open": Case(
                any_of("tickets.create"), lambda _: {"subject": "S", "body": "B"}
            ),
            "open for another": Case(
                reading("tickets.create", "tickets.create_for"),
                lambda w: {
                    "subject": "S", "body": "B", "queue": w.queue,
                    "requester": w.person,
                },
                unseen="PT403",
            ),
        },
        step=lambda v: {"subject": "S", "body": "B", "queue": v["queue"]},
        both_ways=Route(
            "POST /v1/tickets",
            lambda w: {"subject": "Two ways", "body": "In."},
            {
                "subject": [None, *LINE, "x" * 201], "body": TEXT, "type": ENUM,
                "priority": ENUM, "queue": ["", *QUEUE, "\0"], "tags": TAGS,
                "data": DATA, "idempotency_key": KEY,
                "requester": ["", "no address", "@", f"{'a' * 250}@b.example", NOBODY],
            },
        ),
        replays=(
            Replay(
                ("customer", "stranger"),
                lambda *_: {"subject": "Help", "body": "It is broken."},
                {"tickets.create": lose_permission("tickets.create")},
            ),
        ),
    ),
    "rate_ticket": Command(
        Case(ANYBODY, lambda w: {"ticket": w.solved, "score": "good"}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/tickets/{ticket}/rating",
            lambda w: {"ticket": w.solved, "score": "good"},
            {
                "ticket": REF, "score": [None, *ENUM],
                "comment": ["", " ", "\0", "x" * 2_001], "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(("customer", "colleague"), _solved),
        ),
    ),
    "rate_by_link": Command(callers="anon", step=unrelated),
    "get_ticket_at": Command(Case(reading(), on_ticket(at="infinity"))),
    "get_ticket": Command(Case(reading(), on_ticket())),
    "explain_access": Command(Case(reading("people.read"), on_ticket())),
    "list_my_tickets": Command(Case(ANYBODY)),
    "update_ticket": Command(
        Case(reading("tickets.update"), on_ticket(changes={"queue": "billing"})),
        step=lambda v: {
            "ticket": v["ticket"], "changes": {"queue": v["queue"]},
        },
        both_ways=Route(
            "PATCH " + TICKET,
            lambda w: {"ticket": w.ticket, "changes": {"subject": "Two ways"}},
            {
                "ticket": REF,
                "changes": [
                    [], {}, {"status": "open"},
                    *of("subject", [*LINE, None, 7, "x" * 201]),
                    *of("type", [*ENUM, None, "incident", "task"]),
                    *of("priority", [*ENUM, None]), *of("queue", ["", *QUEUE, None, 7]),
                    *of("tags", [*TAGS, "one", [["a"]], [1], None]),
                    *of("skills", [*TAGS, "one", [1]]), *of("data", [*DATA, None]),
                    {"type": "task", "data": {"due_on": "2026-12-01T00:00:00Z"}},
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "update_ticket_status": Command(
        Case(reading("tickets.status"), on_ticket(status="open")),
        step=lambda v: {"ticket": v["ticket"], "status": v["status"]},
        both_ways=Route(
            f"PATCH {TICKET}/status",
            lambda w: {"ticket": w.ticket, "status": "pending"},
            {"ticket": REF, "status": [None, "", "nope", "OPEN", "\0", "x" * 51],
             "reason": REASON, "expected_version": VERSION},
        ),
    ),
    "mark_ticket_read": Command(
        Case(reading(), on_ticket()),
        step=unrelated,
        both_ways=Route(
            f"PUT {TICKET}/read-marker",
            lambda w: {"ticket": w.ticket, "seq": 1},
            {"ticket": REF, "seq": [2**31, "one", 1.5]},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "RateTicket": command(),
    "CreateTicket": command(**WARM),
    "ExplainAccess": query(),
    "GetTicket": query(**WARM),
    "ListMyTickets": query(),
    "MarkTicketRead": command(),
    "UpdateTicket": command(),
    "UpdateTicketStatus": command(),
}
