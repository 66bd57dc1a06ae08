"""`make rollback`: deploy the code that ran before; migrations are never undone."""

from functools import partial
from typing import Final

import psycopg

from infra.connect import applied, open_database

from .releases import Release, fetch_template
from .stack import OUT, Stack
from .steps import Step, Stopped

TEMPLATE: Final = OUT / "previous.yaml"


def rollback_steps(stack: Stack) -> list[Step]:
    """Return the steps of a rollback."""
    unchanged = "Nothing was changed; the same code still runs."
    return [
        Step("Look", partial(_look, stack), unchanged),
        Step("Deploy", partial(stack.deploy, TEMPLATE), unchanged),
        Step("Smoke test", stack.smoke, "Look at the functions' logs."),
    ]


def _look(stack: Stack) -> None:
    """Fetch the previous release, and check that the database is not too new for it."""
    running = Release.of(stack.template())
    if running is None:
        raise Stopped(f"{stack.name} was not deployed by `make deploy`.")
    if not running.previous:
        raise Stopped(f"{running.name} is the first release.")
    TEMPLATE.write_text(fetch_template(stack.client("s3"), running.previous))
    previous = Release.of(TEMPLATE.read_text()) or running
    print(f"Now:    {running.name} of {running.commit}")
    print(f"Before: {previous.name} of {previous.commit}")
    newest = _newest_migration(stack.environment.get("SUPABASE_DB_URL", ""))
    if newest not in (running.migration, previous.migration):
        raise Stopped(
            f"the database is at {newest}, two releases or more after"
            f" {previous.name}: deploy a corrected release instead."
        )


def _newest_migration(dsn: str) -> str:
    try:
        with open_database(dsn) as connection:
            return (applied(connection) or [""])[-1]
    except psycopg.OperationalError as error:
        raise Stopped("SUPABASE_DB_URL does not open a database.") from error
