"""Settings, statuses and the audit."""

from tests.database.acting import ActingConnection

from .expectations import (
    ANYBODY,
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import command, query
from .values import BOOLEAN, ENUM, KEY, NAME, VERSION, of

BOTH = {"agent_label": "A", "customer_label": "C"}
LABEL = [*NAME, "x" * 81]
LABELS = [
    [], "all", {"de": {}}, {"de": "Teile"}, {"DE": BOTH},
    *({"de": BOTH | wrong} for wrong in
      ({"agent_label": ""}, {"agent_label": 7}, {"other": "O"})),
]  # fmt: skip
PLACE = [-1, 1_001, 2**31, 1.5, "first"]


def _status(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    return {"status": f"of_{who}", "category": "on_hold", **BOTH}


COMMANDS = {
    "get_settings": Command(Case(ANYBODY)),
    "change_settings": Command(
        Case(any_of("settings.manage"), lambda _: {"changes": {"email_delay": 60}}),
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/settings",
            lambda w: {"changes": {}},
            {
                "changes": [
                    [], {"version": 7}, {"only_row": True}, {"nope": 1},
                    {"email_delay": {}},
                    *of("email_delay", [-1, 3_601, 1.5, "PT1M", None, True, 10**30]),
                    *of("confirm_new_tickets", [*BOOLEAN, None, 0]),
                    *of("default_language",
                        ["", "EN", "english", "de\n", "\0", None, 7]),
                    *of("search_language",
                        ["", "EN", "english", "de-AT", "\0", None, 7]),
                    *of("commands_per_minute", [0, -1, 2**31, "many"]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "list_statuses": Command(Case(ANYBODY)),
    "create_status": Command(
        Case(
            any_of("statuses.manage"),
            lambda _: {"status": "parts", "category": "on_hold", **BOTH},
        ),
        step=unrelated,
        both_ways=Route(
            "POST /v1/statuses",
            lambda w: {"status": "two_ways", "category": "on_hold", **BOTH},
            {
                "status": [None, "", "Open", "x" * 51, "open", "\0"],
                "category": [None, *ENUM],
                "agent_label": LABEL, "customer_label": LABEL, "labels": LABELS,
                "position": PLACE, "is_default": BOOLEAN, "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                ADMINS, _status,
                {"statuses.manage": lose_permission("statuses.manage")},
            ),
        ),
    ),
    "change_status": Command(
        Case(
            any_of("statuses.manage"),
            lambda _: {"status": "open", "changes": {"position": 7}},
        ),
        step=unrelated,
        both_ways=Route(
            "PATCH /v1/statuses/{status}",
            lambda w: {"status": "on_hold", "changes": {}},
            {
                "status": ["nope", "x" * 50],
                "changes": [
                    [], {"category": "open"}, {"status": "other"},
                    *of("agent_label", [*LABEL, 7]), *of("customer_label", [*LABEL, 7]),
                    *of("labels", [*LABELS, None]), *of("position", [*PLACE, None]),
                    *of("is_default", [*BOOLEAN, None, False]),
                    *of("active", [*BOOLEAN, None, False]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "list_audit": Command(Case(any_of("audit.read"))),
}  # fmt: skip
FUNCTIONS = {
    "ManageSettings": command(),
    "ManageStatuses": command(),
    "ListAudit": query(),
}
