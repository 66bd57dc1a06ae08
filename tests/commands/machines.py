"""Machine users, their secrets and tokens."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.architecture.values.notation import ref, secret
from tests.database.acting import ActingConnection

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    World,
    any_of,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import command, function
from .values import ID, KEY, LINE, NOBODY, VERSION, of

MACHINE = "/v1/machine-users/{machine}"
MACHINES = any_of("machines.manage")
MANAGES_MACHINES = {"machines.manage": lose_permission("machines.manage")}
PAST = ["soon", "2020-01-01T00:00:00Z"]
PERMISSIONS = [None, ["nope"], [None], ["tickets.read"] * 101]
DRAFT = {"name": "Import", "permissions": ["tickets.create"]}


def _draft(db: ActingConnection, _: str) -> Arguments:
    add_second_admin(db)
    return DRAFT


def _machine(db: ActingConnection, _: str) -> Arguments:
    add_second_admin(db)
    return {"machine": db.call("admin", "create_machine_user", **DRAFT)["id"]}


def on_machine(**more: Any) -> Callable[[World], Mapping[str, Any]]:
    return lambda world: {"machine": world.machine, **more}


COMMANDS = {
    "list_machine_users": Command(Case(MACHINES)),
    "get_machine_user": Command(Case(MACHINES, on_machine())),
    "create_machine_user": Command(
        Case(MACHINES, lambda _: {"name": "N", "permissions": []}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/machine-users",
            lambda w: {"name": "Two ways", "permissions": []},
            {"name": [None, *LINE, "x" * 81], "permissions": PERMISSIONS,
             "expires_at": PAST, "idempotency_key": KEY},
        ),
        replays=(Replay(ADMINS, _draft, MANAGES_MACHINES),),
    ),
    "change_machine_user": Command(
        Case(MACHINES, on_machine(changes={"name": "N"})),
        step=unrelated,
        both_ways=Route(
            "PATCH " + MACHINE,
            lambda w: {"machine": w.machine, "changes": {"name": "Two ways"}},
            {
                "machine": [*ID, NOBODY],
                "changes": [
                    [], {"secret": "s"}, *of("name", [*LINE, None, 7, "x" * 81]),
                    *of("permissions", [*PERMISSIONS, "one", [7]]),
                ],
                "expected_version": VERSION,
            },
        ),
    ),
    "create_machine_secret": Command(
        Case(MACHINES, on_machine()),
        step=unrelated,
        both_ways=Route(
            f"POST {MACHINE}/secrets",
            lambda w: {"machine": w.machine},
            {"machine": [*ID, NOBODY], "expires_at": PAST, "old_secret_ends_at": PAST,
             "idempotency_key": KEY},
        ),
        replays=(Replay(ADMINS, _machine, MANAGES_MACHINES),),
    ),
    "delete_machine_secret": Command(
        Case(
            MACHINES, lambda w: {"machine": w.machine, "secret": w.machine_secret}
        ),
        step=unrelated,
        both_ways=Route(
            f"DELETE {MACHINE}/secrets/{{secret}}",
            lambda w: {"machine": w.machine, "secret": NOBODY},
            {"machine": [*ID, NOBODY], "secret": [*ID, NOBODY]},
        ),
    ),
    "revoke_machine_user": Command(
        Case(MACHINES, on_machine()),
        step=unrelated,
        both_ways=Route(
            "DELETE " + MACHINE, lambda w: {"machine": NOBODY},
            {"machine": [*ID, NOBODY]},
        ),
    ),
    "machine_account": Command(callers="service_role"),
    "authenticate_machine": Command(callers="service_role", step=unrelated),
}  # fmt: skip
TRUSTED = {"SUPABASE_SECRET_KEY_PARAMETER": secret("supabase-secret-key")}
POLICIES = [ref("ReadSupabaseSourceSecret"), ref("ReadSupabaseSecretKey")]
SOURCE = {
    "SUPABASE_SOURCE_SECRET_PARAMETER": {
        "Fn::If": ["LimitsByAddress", secret("supabase-source-secret"), ""]
    }
}
FUNCTIONS = {
    "ManageMachines": command(TRUSTED, Policies=POLICIES),
    "IssueToken": function({**SOURCE, **TRUSTED}, POLICIES, {}),
}
