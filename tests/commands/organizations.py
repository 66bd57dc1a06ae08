"""Organizations and their people."""

from uuid import uuid4

from tests.database.personas import id_of

from .expectations import (
    ANYBODY,
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    World,
    any_of,
    unrelated,
)
from .replays import ADMINS, lose_permission
from .template import command
from .values import BOOLEAN, ID, KEY, LINE, NOBODY, VERSION, of

MANAGE = any_of("organizations.manage")
ORGANIZATION = "/v1/organizations/{organization}"
DOMAINS = [
    *([wrong] for wrong in ("localhost", "a b.example", "", "b\u00fc.example", "\0")),
    [None], [["a.example"]], "a.example", [f"d{n}.example" for n in range(101)],
]  # fmt: skip
NOTES = [None, "\0", "x" * 10_001]


def on_organization(_: World) -> Arguments:
    return {"organization": str(id_of("Silent"))}


COMMANDS = {
    "list_organizations": Command(Case(ANYBODY)),
    "get_organization": Command(
        Case(
            any_of("people.read", "organizations.manage"),
            on_organization,
            refused="PT404",
        )
    ),
    "list_organization_members": Command(Case(any_of("people.read"), on_organization)),
    "create_organization": Command(
        Case(MANAGE, lambda _: {"name": "Third"}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/organizations",
            lambda w: {"name": f"Two ways {uuid4()}"},
            {
                "name": [None, *LINE, "x" * 121], "shares_tickets": [None, *BOOLEAN],
                "domains": [None, *DOMAINS], "notes": NOTES, "idempotency_key": KEY,
            },
        ),
        replays=(
            Replay(
                ADMINS, lambda db, who: {"name": f"Of {who}"},
                {"organizations.manage": lose_permission("organizations.manage")},
            ),
        ),
    ),
    "change_organization": Command(
        Case(MANAGE, lambda w: {**on_organization(w), "changes": {"notes": "N"}}),
        step=unrelated,
        both_ways=Route(
            "PATCH " + ORGANIZATION,
            lambda w: {"organization": w.organization, "changes": {"notes": ""}},
            {
                "organization": [*ID, NOBODY],
                "changes": [
                    [], {"version": 1}, *of("name", [None, 7, *LINE, "x" * 121]),
                    *of("shares_tickets", [None, *BOOLEAN]),
                    *of("domains", [None, 7, [1], *DOMAINS]), *of("notes", [7, *NOTES]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "delete_organization": Command(
        Case(MANAGE, on_organization),
        step=unrelated,
        both_ways=Route(
            "DELETE " + ORGANIZATION,
            lambda w: {"organization": w.organization},
            {"organization": [*ID, NOBODY], "expected_version": VERSION},
        ),
    ),
}  # fmt: skip
FUNCTIONS = {"ManageOrganizations": command()}
