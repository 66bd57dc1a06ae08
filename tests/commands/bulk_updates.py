"""Bulk updates and their undoing."""

from tests.database.acting import ActingConnection
from tests.database.bulk import run
from tests.database.personas import id_of

from .expectations import ANYBODY, Arguments, Case, Command, Replay, Route, any_of
from .replays import TEAM
from .template import command
from .values import ENUM, ID, KEY, NOBODY, QUEUE, REASON, TAGS, of


def _undo(db: ActingConnection, who: str) -> Arguments:
    return {"bulk_update": run(db, [db.create_ticket()], who, priority="low")["id"]}


COMMANDS = {
    "bulk_update": Command(
        {
            "bulk status": Case(
                any_of("tickets.status"),
                lambda w: {"tickets": [w.ticket], "change": {"status": "open"}},
            ),
            "bulk assignee": Case(
                any_of("tickets.take", "tickets.assign"),
                lambda w: {"tickets": [w.ticket], "change": {"assignee": "me"}},
            ),
            "bulk fields": Case(
                any_of("tickets.update"),
                lambda w: {"tickets": [w.ticket], "change": {"queue": "billing"}},
            ),
        },
        step=lambda v: {
            "tickets": [v["ticket"]],
            "change": {"queue": v["queue"], "assignee": str(id_of(v["person"]))},
        },
        both_ways=Route(
            "POST /v1/bulk-updates",
            lambda w: {"change": {"priority": "low"}, "tickets": [w.ticket]},
            {
                "change": [
                    [], {}, {"colour": "red"}, {"reason": "Why."}, {"status": "closed"},
                    *of("status", ["", "nope", 7]), *of("assignee", [*ID, 7]),
                    *of("priority", ENUM), *of("queue", ["", *QUEUE, 7]),
                    *of("add_tags", [*TAGS, [], "one", [1]]),
                    *of("remove_tags", [*TAGS, [], "one"]), *of("tags", [*TAGS, "one"]),
                    {"macro": NOBODY}, {"macro_version": 1}, *of("macro", [*ID, 7]),
                    *of("data", [{}, [], 7, {"a": [[[[[[[[[1]]]]]]]]]}]),
                    *({"status": "open", "reason": reason} for reason in REASON),
                ],
                "tickets": [[], ["nope"], ["-1"], [*map(str, range(1, 1_002))], [None]],
                "view": [NOBODY], "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                TEAM,
                lambda db, _: {
                    "tickets": [db.create_ticket()["id"]], "change": {"priority": "low"}
                },
            ),
        ),
    ),
    "undo_bulk_update": Command(
        Case(ANYBODY, lambda w: {"bulk_update": w.bulk_update}),
        step=lambda v: {"bulk_update": v["bulk_update"]},
        both_ways=Route(
            "POST /v1/bulk-updates/{bulk_update}/undo",
            lambda w: {"bulk_update": NOBODY},
            {"bulk_update": [*ID, NOBODY], "idempotency_key": []},
        ),
        replays=(Replay(TEAM, _undo),),
    ),
    "get_bulk_update": Command(Case(ANYBODY, lambda w: {"bulk_update": w.bulk_update})),
    "list_bulk_items": Command(Case(ANYBODY, lambda w: {"bulk_update": w.bulk_update})),
    "list_bulk_updates": Command(Case(ANYBODY)),
}  # fmt: skip
FUNCTIONS = {
    "BulkUpdate": command(),
}
