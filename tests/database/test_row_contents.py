"""No error quotes a row."""

from types import SimpleNamespace

import psycopg
import pytest

from tests.commands import ROUTES

from .permissions import CALLER, build_world
from .personas import id_of, sign_up

pytestmark = pytest.mark.slow


def test_no_refusal_of_a_command_quotes_a_row(db):
    sign_up(db.connection, CALLER)
    made = build_world(db)
    organization = db.call("admin", "create_organization", name="Two")
    world = SimpleNamespace(
        **made._asdict() | {"view": made.everyones_view},
        agent=str(id_of("agent")),
        organization=organization["id"],
    )
    quoting = set()
    refusals = 0
    for function, command in ROUTES.items():
        for name, values in command.hostile.items():
            for value in values:
                arguments = {**command.base(world), name: value}
                try:
                    with db.connection.transaction(force_rollback=True):
                        db.rows("admin", function, **arguments)
                except (psycopg.Error, ValueError) as refusal:  # NUL is not even sent
                    refusals += 1
                    if "row contains" in str(refusal):
                        quoting.add(function)

    assert quoting == set()
    assert refusals > 300
