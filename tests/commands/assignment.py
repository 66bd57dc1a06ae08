"""Who works a ticket, and who may get more."""

from typing import Any

from tests.database.acting import ActingConnection
from tests.database.assigning import make_available
from tests.database.personas import id_of

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    on_queue,
    on_ticket,
    reading,
)
from .replays import (
    HIDDEN,
    MOVED_AWAY,
    NO_AGENT,
    OUT_OF_THE_QUEUE,
    TEAM,
    lose_permission,
)
from .template import command
from .values import BOOLEAN, ENUM, ID, KEY, NOBODY, QUEUE, REF, TAGS, VERSION, of

TICKET = "/v1/tickets/{ticket}"


def _claim(db: ActingConnection, who: str) -> Arguments:
    make_available(db, who)
    db.create_ticket()
    return {"queue": "support"}


def _assignment(arguments: Arguments) -> Any:
    given = arguments["assignee"]
    return {"me": True} if given == "me" else {"assignee_id": given}


COMMANDS = {
    "assign_ticket": Command(
        {
            "take": Case(reading("tickets.take"), on_ticket(assignee="me")),
            "give": Case(
                reading("tickets.assign"),
                lambda w: {"ticket": w.ticket, "assignee": w.member},
            ),
            "hand on another's": Case(
                reading("tickets.assign"),
                lambda w: {"ticket": w.theirs, "assignee": str(id_of("agent"))},
            ),
            "hand on one's own": Case(
                reading("tickets.take"),
                lambda w: {"ticket": w.mine, "assignee": w.member},
            ),
        },
        step=lambda v: {
            "ticket": v["ticket"], "assignee": str(id_of(v["person"])),
        },
        both_ways=Route(
            f"PUT {TICKET}/assignee",
            lambda w: {"ticket": w.ticket, "assignee": "me"},
            {"ticket": REF, "assignee": [*ID, NOBODY], "expected_version": VERSION},
            _assignment,
        ),
    ),
    "release_ticket": Command(
        {
            "release another's": Case(
                reading("tickets.assign"), lambda w: {"ticket": w.theirs}
            ),
            "release one's own": Case(
                reading("tickets.take"), lambda w: {"ticket": w.mine}
            ),
        },
        step=lambda v: {"ticket": v["ticket"]},
        both_ways=Route(
            f"DELETE {TICKET}/assignee",
            lambda w: {"ticket": w.ticket},
            {"ticket": REF, "expected_version": VERSION},
        ),
    ),
    "snooze_ticket": Command(
        Case(reading("tickets.update"), on_ticket(until="2099-01-01T00:00:00Z")),
        step=lambda v: {"ticket": v["ticket"], "until": "2099-01-01T00:00:00Z"},
        both_ways=Route(
            f"PUT {TICKET}/snooze",
            lambda w: {"ticket": w.ticket, "until": "2099-01-01T00:00:00Z"},
            {
                "ticket": REF,
                "until": [None, "2001-01-01T00:00:00Z", "infinity", "soon", "\0"],
                "expected_version": VERSION,
            },
        ),
    ),
    "unsnooze_ticket": Command(
        Case(reading("tickets.update"), on_ticket()),
        step=lambda v: {"ticket": v["ticket"]},
        both_ways=Route(
            f"DELETE {TICKET}/snooze",
            lambda w: {"ticket": w.ticket},
            {"ticket": REF, "expected_version": VERSION},
        ),
    ),
    "claim_next_ticket": Command(
        Case(reading("tickets.take"), on_queue),
        step=lambda v: {},
        both_ways=Route(
            "POST /v1/tickets/claim",
            lambda w: {"queue": "support"},
            {"queue": ["", *QUEUE, "\0"], "idempotency_key": KEY},
        ),
        replays=(
            Replay(
                TEAM, _claim,
                {
                    "left the queue": OUT_OF_THE_QUEUE,
                    "moved away": MOVED_AWAY,
                    "tickets.read": lose_permission("tickets.read", HIDDEN),
                    "role": NO_AGENT,
                },
            ),
        ),
    ),
    "get_agent": Command(
        {
            "see an agent": Case(any_of("people.read"), lambda w: {"agent": w.member}),
            "see oneself as an agent": Case(
                any_of("tickets.take"), lambda _: {"agent": "me"}, refused="PT404"
            ),
        },
    ),
    "change_agent": Command(
        Case(
            any_of("queues.manage", "queues.lead"),
            lambda w: {"agent": w.member, "changes": {"capacity": 3}},
        ),
        step=lambda v: {
            "agent": str(id_of(v["person"])), "changes": {"capacity": 3},
        },
        both_ways=Route(
            "PATCH /v1/agents/{agent}",
            lambda w: {"agent": w.agent, "changes": {"capacity": 10}},
            {
                "agent": [*ID, NOBODY],
                "changes": [
                    [], {"load": 1},
                    *of("capacity", [-1, 1_001, 2**40, 1.5, "ten", None]),
                    *of("skills", [*TAGS[:-1], "one", [1]]),
                    {"skills": [f"s{n}" for n in range(51)]},
                ],
            },
        ),
    ),
    "set_availability": Command(
        {
            "set one's availability": Case(
                any_of("tickets.take"),
                lambda _: {"agent": "me", "availability": "available"},
            ),
            "set another's availability": Case(
                any_of("queues.manage", "queues.lead"),
                lambda w: {"agent": w.member, "availability": "away"},
            ),
        },
        step=lambda v: {
            "agent": str(id_of(v["person"])),
            "availability": "away" if v["yes"] else "available",
            "reassign": v["yes"],
        },
        both_ways=Route(
            "PUT /v1/agents/{agent}/availability",
            lambda w: {"agent": w.agent, "availability": "available"},
            {"agent": [*ID, NOBODY], "availability": [None, *ENUM],
             "reassign": BOOLEAN},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "AssignTicket": command(),
    "ClaimNextTicket": command(),
    "SetAvailability": command(),
    "SnoozeTicket": command(),
}
