"""Compare the migrations of this checkout with those that a database has run."""

from pathlib import Path
from typing import Final

import psycopg

from infra.local.postgres import files_of, history, is_same

from .findings import Finding, good, lacking

MIGRATIONS: Final = Path(__file__).parents[2] / "supabase" / "migrations"
PUSH: Final = "make deploy, or supabase db push --remote"
EDITED: Final = (
    "an empty project: supabase db reset --remote, which deletes everything; one with"
    " data: infra/release/README.md, Edited migrations"
)


def migrations(connection: psycopg.Connection) -> Finding:
    """Check that the database has run the migrations of this checkout, unedited."""
    about, here, there = "migrations", migrations_of(), applied(connection)
    if changed := edited(connection):
        message = f"edited after this database ran them: {', '.join(changed)}."
        return lacking(about, message, EDITED)
    if ahead := sorted(set(there) - set(here)):
        message = f"the database is ahead of this checkout, by {ahead[-1]}."
        return lacking(about, message, "git pull")
    if pending := sorted(set(here) - set(there)):
        message = f"{len(pending)} not applied, from {pending[0]} on."
        return lacking(about, message, PUSH, can_wait=True)
    return good(about, f"{len(here)} applied")


def migrations_of(folder: Path = MIGRATIONS) -> list[str]:
    """Return the versions of the migrations in a checkout, in order."""
    return list(files_of(folder))


def applied(connection: psycopg.Connection) -> list[str]:
    """Return the versions that a database has run, in order."""
    return list(history(connection))


def edited(connection: psycopg.Connection, folder: Path = MIGRATIONS) -> list[str]:
    """Return the names of the migrations that were edited after the database ran them.

    The Supabase CLI records the statements that it ran, but compares versions alone.
    """
    ran = history(connection)
    return [
        file.name
        for version, file in files_of(folder).items()
        if not is_same(file.read_text(), ran.get(version, []))
    ]
