"""Custom fields of tickets."""

from uuid import uuid4

from tests.database.acting import ActingConnection

from .expectations import ANYBODY, Arguments, Case, Command, Replay, Route, any_of
from .replays import ADMINS, add_second_admin, lose_permission
from .template import command
from .values import BOOLEAN, KEY, LINE, VERSION, of

LABEL = [*LINE, "x" * 81]
TYPES = [[], ["wish"], "task", [None]]
OPTIONS = [["a"], ["a\nb"], [""], [None]]
_BOTH = {"agent_label": "A", "customer_label": "B"}
LABELS = [
    [],
    {"de": "Text"},
    {"de": {}},
    {"DE": _BOTH},
    {"de": {**_BOTH, "colour": "red"}},
    {"de": {**_BOTH, "options": []}},
    {"de": {**_BOTH, "options": {"a": ""}}},
]
AUDIENCE = ["", "nobody", "Staff"]
CHANGED = {"agent_label": "Impact on work"}


def _field(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    return {"key": f"of_{who}", "type": "text", "agent_label": "Another"}


COMMANDS = {
    "list_fields": Command(Case(ANYBODY)),
    "get_field": Command(Case(ANYBODY, lambda _: {"field": "impact"})),
    "create_field": Command(
        Case(
            any_of("fields.manage"),
            lambda _: {"key": "f1", "type": "text", "agent_label": "F"},
        ),
        step=lambda v: {"key": "another", "type": "text", "agent_label": "Another"},
        both_ways=Route(
            "POST /v1/fields",
            lambda w: {
                "key": f"f{uuid4().hex[:12]}", "type": "text", "agent_label": "Two ways"
            },
            {
                "key": [None, "", "No", "1a", "a-b", "x" * 51, "a\n"],
                "type": [None, "", "colour", "Text"],
                "agent_label": [None, *LABEL], "customer_label": LABEL,
                "ticket_types": TYPES, "options": OPTIONS,
                "pattern": ["a", "(", "\0"], "required_to_create": BOOLEAN,
                "required_to_solve": BOOLEAN, "visible_to": AUDIENCE,
                "editable_by": AUDIENCE, "filterable": BOOLEAN,
                "position": [-1, 32768, "first"], "labels": LABELS,
                "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                ADMINS, _field, {"fields.manage": lose_permission("fields.manage")}
            ),
        ),
    ),
    "change_field": Command(
        Case(
            any_of("fields.manage"), lambda _: {"field": "impact", "changes": CHANGED}
        ),
        step=lambda v: {"field": "impact", "changes": CHANGED},
        both_ways=Route(
            "PATCH /v1/fields/{field}",
            lambda w: {"field": "affected", "changes": {"agent_label": "Affected"}},
            {
                "field": ["nope", "Affected", "a' or true"],
                "changes": [
                    [], {"key": "other"}, {"type": "text"},
                    *of("agent_label", [*LABEL, None, 7]),
                    *of("customer_label", [*LABEL, None, 7]),
                    *of("labels", [*LABELS, None]),
                    *of("ticket_types", [*TYPES, None]), *of("options", OPTIONS),
                    *of("pattern", ["a", None, 7]), *of("active", [*BOOLEAN, None]),
                    *of("required_to_create", BOOLEAN),
                    *of("required_to_solve", BOOLEAN),
                    *of("visible_to", [*AUDIENCE, None]),
                    *of("editable_by", [*AUDIENCE, None]), {"editable_by": "staff"},
                    *of("filterable", BOOLEAN), *of("position", [-1, 32768, 1.5]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
}  # fmt: skip
FUNCTIONS = {"ManageFields": command()}
