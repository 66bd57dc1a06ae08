"""People's records: entered, invited, changed, deactivated, merged."""

from collections.abc import Callable
from uuid import uuid4

from tests.architecture.values.notation import ref, secret
from tests.database.acting import ActingConnection
from tests.database.personas import enter_customer, id_of

from .expectations import (
    Arguments,
    Case,
    Command,
    Replay,
    Route,
    any_of,
    step_person,
    unrelated,
)
from .replays import ADMINS, add_second_admin, lose_permission
from .template import function
from .values import ID, KEY, NAME, NOBODY, VERSION, of

PERSON = "/v1/people/{person}"
MANAGING = any_of("people.manage")
REFUSED = {"person": [*ID, NOBODY], "idempotency_key": KEY}
EMAIL = [None, "", "nobody", "a b@example.com", "a@b@example.com", "a\n@b.example",
         "\0@example.com", "x" * 250 + "@example.com"]  # fmt: skip
LANGUAGE = ["", "German", "d", "de_DE", "DE", "\0", 7, "de" + "-abcdefgh" * 4]
ZONE = ["", " ", "Mars/Base", "+03:00", "CEST", "\0", 7, "x" * 61]


def _state(verb: str) -> Route:
    return Route(f"POST {PERSON}/{verb}", lambda w: {"person": w.agent}, REFUSED)


def _replays(
    prepare: Callable[[ActingConnection, str], Arguments],
) -> tuple[Replay, ...]:
    losses = {"people.manage": lose_permission("people.manage")}
    return (Replay(ADMINS, prepare, losses),)


def _draft(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    return {"email": f"of-{who}@example.com", "name": "Ada"}


def _customer(db: ActingConnection, who: str) -> Arguments:
    add_second_admin(db)
    enter_customer(db.connection, f"of {who}")
    return {"person": str(id_of(f"of {who}"))}


def _merging(db: ActingConnection, who: str) -> Arguments:
    return {**_customer(db, who), "into_person": str(id_of("stranger"))}


def _merged(db: ActingConnection, who: str) -> Arguments:
    arguments = _merging(db, who)
    db.call("admin", "merge_people", **arguments)
    return {"person": arguments["person"]}


COMMANDS = {
    "get_person": Command(
        Case(any_of("people.read"), lambda w: {"person": w.person})
    ),
    "create_person": Command(
        Case(MANAGING, lambda _: {"email": "n@example.com", "name": "N"}),
        step=unrelated,
        both_ways=Route(
            "POST /v1/people",
            lambda w: {"email": f"{uuid4().hex}@example.com", "name": "Two ways"},
            {
                "email": EMAIL, "name": NAME,
                "roles": [["nope"], [None], ["No!"], "agent", ["customer"] * 21],
                "organization_id": [*ID, NOBODY], "idempotency_key": KEY,
            },
        ),
        replays=_replays(_draft),
    ),
    "invite_person": Command(
        Case(MANAGING, lambda w: {"person": w.lone}),
        step=unrelated,
        both_ways=_state("invitation"),
        replays=_replays(_customer),
    ),
    "change_person": Command(
        Case(MANAGING, lambda w: {"person": w.lone, "changes": {"name": "Other"}}),
        step=unrelated,
        both_ways=Route(
            "PATCH " + PERSON,
            lambda w: {"person": w.agent, "changes": {"name": "Two ways"}},
            {
                "person": [*ID, NOBODY],
                "expected_version": VERSION,
                "changes": [
                    [], {"email": "a@example.com"}, *of("name", [*NAME, 7]),
                    *of("organization_id", [*ID, NOBODY]), *of("language", LANGUAGE),
                    *of("time_zone", ZONE),
                ],
            },
        ),
    ),
    "deactivate_person": Command(
        Case(MANAGING, lambda w: {"person": w.lone}),
        step=step_person,
        both_ways=_state("deactivate"),
        replays=_replays(_customer),
    ),
    "reactivate_person": Command(
        Case(MANAGING, lambda w: {"person": w.lone}),
        step=step_person,
        both_ways=_state("reactivate"),
        replays=_replays(_customer),
    ),
    "merge_people": Command(
        Case(
            MANAGING,
            lambda w: {"person": w.lone, "into_person": str(id_of("customer"))},
        ),
        step=lambda v: {**step_person(v), "into_person": str(id_of("customer"))},
        both_ways=Route(
            f"POST {PERSON}/merge",
            lambda w: {"person": w.agent, "into_person": w.agent},
            {**REFUSED, "into_person": [*ID, NOBODY]},
            lambda arguments: {"into": arguments["into_person"]},
        ),
        replays=_replays(_merging),
    ),
    "undo_merge": Command(
        Case(MANAGING, lambda w: {"person": w.merged}),
        step=step_person,
        both_ways=_state("merge/undo"),
        replays=_replays(_merged),
    ),
}  # fmt: skip
FUNCTIONS = {
    # Only Auth's administrators invite.
    "ManagePeople": function(
        {
            "SUPABASE_PUBLISHABLE_KEY": ref("SupabasePublishableKey"),
            "SUPABASE_SECRET_KEY_PARAMETER": secret("supabase-secret-key"),
            "SUPABASE_SOURCE_SECRET_PARAMETER": {
                "Fn::If": ["LimitsByAddress", secret("supabase-source-secret"), ""]
            },
        },
        [ref("ReadSupabaseSecretKey"), ref("ReadSupabaseSourceSecret")],
        {},
    ),
}
