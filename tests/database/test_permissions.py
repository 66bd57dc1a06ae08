"""Each command and query against roles of exactly the permissions that it needs."""

from collections.abc import Iterator
from itertools import product

import psycopg
import pytest

from tests.commands import CASES, COMMANDS
from tests.commands.expectations import READ

from .arrange import revoke_role
from .permissions import CALLER
from .personas import id_of

pytestmark = pytest.mark.slow

ROLE = "insert into public.roles (role, name) values ('exactly', 'Exactly')"
PERMISSIONS = """
insert into public.role_permissions (role, permission)
select 'exactly', unnest(%s::text[])
"""
GRANT = "insert into public.person_roles (person_id, role) values (%s, 'exactly')"
TAKE = "update public.tickets set assignee_id = %s where number = %s"


def hold_exactly(db, world, permissions):
    """Give the caller exactly these permissions, as a member of queue support."""
    for table in ("role_permissions", "person_roles"):
        db.execute(f"alter table public.{table} disable trigger end_work")
    for role in ("agent", "customer"):
        revoke_role(db, CALLER, role)
    db.execute(ROLE)
    db.execute(PERMISSIONS, list(permissions))
    db.execute(GRANT, id_of(CALLER))
    # Theirs even while they cannot work it: a command must say so, not the lack of one.
    db.execute("alter table public.tickets disable trigger keep_workable")
    db.execute(TAKE, id_of(CALLER), world.mine)
    db.execute("alter table public.tickets enable trigger keep_workable")
    for table in ("role_permissions", "person_roles"):
        db.execute(f"alter table public.{table} enable trigger end_work")


def result_of(db, world, case, permissions):
    """Return `ok` or the code of the refusal, and leave nothing behind."""
    with db.connection.transaction(force_rollback=True):
        hold_exactly(db, world, permissions)
        try:
            db.rows(CALLER, case.call, **case.arguments(world))
        except psycopg.Error as refusal:
            return refusal.sqlstate
        return "ok"


def lacking(everything, enough) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Yield what is left of all permissions without one of each set, and what lacks."""
    for choice in set(map(frozenset, product(*enough))):
        yield everything - choice, choice


@pytest.mark.parametrize("name", CASES)
def test_exactly_the_needed_permissions_are_enough(db, world, name):
    case = CASES[name]

    results = {each: result_of(db, world, case, each) for each in case.enough}

    assert results == dict.fromkeys(case.enough, "ok")


@pytest.mark.parametrize("name", CASES)
def test_every_other_permission_together_is_not_enough(db, world, name):
    case = CASES[name]
    everything = frozenset(
        row[0] for row in db.execute("select permission from public.permissions")
    )

    for held, lacks in lacking(everything, case.enough):
        expected = case.unseen if lacks >= {*READ} else case.refused
        assert result_of(db, world, case, held) == expected, sorted(lacks)


def test_every_command_and_query_of_people_has_a_case():
    theirs = {
        name for name, each in COMMANDS.items() if "authenticated" in each.callers
    }

    assert {case.call for case in CASES.values()} == theirs
