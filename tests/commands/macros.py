"""Macros: canned answers with actions."""

from tests.database.acting import ActingConnection

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    World,
    reading,
    unrelated,
)
from .replays import MOVED_AWAY, NO_AGENT, OUT_OF_THE_QUEUE, TEAM
from .template import command
from .values import ENUM, ID, KEY, NAME, NOBODY, QUEUE, REF, VERSION, of

TEXTS = ["", " ", "\0", "{{nobody}}", "{{", "x" * 10_001]
ACTIONS = [[], {"colour": "red"}, {"reason": "Why."}, {"status": "closed"},
           {"note": "{{nobody}}"}, {"note": 7}]  # fmt: skip


def _applied(db: ActingConnection, who: str) -> Arguments:
    macro = db.call(who, "create_macro", name="M", text="Hello.")
    return {"ticket": db.create_ticket()["id"], "macro": macro["id"]}


def _macro(world: World) -> Arguments:
    return {"macro": world.macro}


COMMANDS = {
    "list_macros": Command(Case(reading(), unseen="PT403")),
    "get_macro": Command(Case(reading(), _macro, unseen="PT403")),
    "create_macro": Command(
        {
            "create a macro": Case(
                reading(), lambda _: {"name": "M", "text": "Hello."}, unseen="PT403"
            ),
            "create a team's macro": Case(
                reading("macros.share_team"),
                lambda w: {
                    "name": "M", "text": "T", "scope": "team", "queue": w.queue
                },
                unseen="PT403",
            ),
            "create everyone's macro": Case(
                reading("macros.share_all"),
                lambda _: {"name": "M", "text": "T", "scope": "everyone"},
                unseen="PT403",
            ),
        },
        step=unrelated,
        both_ways=Route(
            "POST /v1/macros",
            lambda w: {"name": "Two ways", "text": "Hello."},
            {
                "name": NAME, "scope": ENUM, "queue": ["", *QUEUE, "\0"],
                "text": TEXTS, "actions": ACTIONS, "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                TEAM, lambda *_: {"name": "Mine", "text": "Hello."},
                {"role": NO_AGENT},
            ),
        ),
    ),
    "change_macro": Command(
        Case(
            reading(),
            lambda w: {"macro": w.macro, "changes": {"name": "M"}},
            unseen="PT403",
        ),
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/macros/{macro}",
            lambda w: {"macro": w.macro, "changes": {"name": "Two ways"}},
            {
                "macro": [*ID, NOBODY],
                "changes": [
                    [], {"owner_id": NOBODY}, *of("name", [*NAME, 7]),
                    *of("scope", ENUM), *of("queue", ["", *QUEUE, 7]),
                    *of("text", TEXTS), *of("actions", ACTIONS),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "delete_macro": Command(
        Case(reading(), _macro, unseen="PT403"),
        step=unrelated,
        both_ways=Route(
            "DELETE /v1/macros/{macro}", _macro,
            {"macro": [*ID, NOBODY], "expected_version": VERSION},
        ),
    ),
    "apply_macro": Command(
        Case(
            reading("tickets.reply"), lambda w: {"ticket": w.ticket, "macro": w.macro}
        ),
        step=unrelated,
        both_ways=Route(
            "POST /v1/tickets/{ticket}/macro",
            lambda w: {"ticket": w.ticket, "macro": w.macro},
            {
                "ticket": REF, "macro": [*ID, NOBODY], "macro_version": VERSION,
                "expected_version": VERSION, "idempotency_key": KEY,
            },
            lambda a: {
                "macro_id": a["macro"],
                **{k: v for k, v in a.items() if k == "macro_version"},
            },
        ),
        replays=(
            Replay(
                TEAM, _applied,
                {"left the queue": OUT_OF_THE_QUEUE, "moved away": MOVED_AWAY},
            ),
        ),
    ),
    "preview_macro": Command(
        Case(
            reading("tickets.reply"), lambda w: {"ticket": w.ticket, "macro": w.macro}
        ),
        step=unrelated,
        both_ways=Route(
            "POST /v1/tickets/{ticket}/macro/preview",
            lambda w: {"ticket": w.ticket, "macro": w.macro},
            {"ticket": REF, "macro": [*ID, NOBODY], "macro_version": VERSION},
            lambda a: {
                "macro_id": a["macro"],
                **{k: v for k, v in a.items() if k == "macro_version"},
            },
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ManageMacros": command(),
    "ApplyMacro": command(),
}
