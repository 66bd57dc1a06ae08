"""Views: sets of filters, for one person, a team or everyone."""

from tests.database.arrange import leave_queues

from .expectations import ANYBODY, Case, Command, Replay, Route, reading, unrelated
from .replays import NO_AGENT, TEAM
from .template import command, query
from .values import CONDITIONS, ENUM, ID, KEY, NAME, NOBODY, QUEUE, of

COMMANDS = {
    "list_views": Command(Case(ANYBODY)),
    "list_view": Command(Case(reading(), lambda w: {"view": w.everyones_view})),
    "create_view": Command(
        {
            "create a view": Case(reading(), lambda _: {"name": "V"}, unseen="PT403"),
            "create a team's view": Case(
                reading("views.share_team"),
                lambda w: {"name": "V", "scope": "team", "queue": w.queue},
                unseen="PT403",
            ),
            "create everyone's view": Case(
                reading("views.share_all"),
                lambda _: {"name": "V", "scope": "everyone"},
                unseen="PT403",
            ),
        },
        step=unrelated,
        both_ways=Route(
            "POST /v1/views",
            lambda w: {"name": "Two ways"},
            {
                "name": NAME, "scope": ENUM, "queue": ["", *QUEUE, "\0"],
                "conditions": CONDITIONS, "sort": ["subject", "waiting"],
                "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                TEAM, lambda *_: {"name": "Mine", "queue": "support"},
                {
                    "left the queue": (lambda db: leave_queues(db, "agent"), "PT422"),
                    "role": NO_AGENT,
                },
            ),
        ),
    ),
    "change_view": Command(
        {
            "change a view": Case(
                reading(),
                lambda w: {"view": w.view, "changes": {"name": "V"}},
                unseen="PT403",
            ),
            "change a team's view": Case(
                reading("views.share_team"),
                lambda w: {"view": w.team_view, "changes": {"name": "V"}},
            ),
            "change everyone's view": Case(
                reading("views.share_all"),
                lambda w: {"view": w.everyones_view, "changes": {"name": "V"}},
            ),
        },
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/views/{view}",
            lambda w: {"view": w.view, "changes": {"name": "Two ways"}},
            {
                "view": [*ID, NOBODY],
                "changes": [
                    [], {"owner_id": NOBODY}, *of("name", [*NAME, 7]),
                    *of("scope", ENUM),
                    *of("queue", ["", *QUEUE, 7]), *of("conditions", CONDITIONS),
                    *of("sort", ["subject", "waiting", None]),
                ],
            },
        ),
    ),
    "delete_view": Command(
        Case(reading(), lambda w: {"view": w.view}, unseen="PT403"),
        step=unrelated,
        both_ways=Route(
            "DELETE /v1/views/{view}", lambda w: {"view": NOBODY},
            {"view": [*ID, NOBODY]},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {
    "ManageViews": command(),
    "ListView": query(),
}
