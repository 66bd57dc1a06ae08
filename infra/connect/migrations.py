"""Compare the migrations of this checkout with those that a database has run."""

import re
from pathlib import Path
from typing import Final

import psycopg

from .findings import Finding, good, lacking

MIGRATIONS: Final = Path(__file__).parents[2] / "supabase" / "migrations"
PUSH: Final = "make deploy, or supabase db push --remote"
EDITED: Final = (
    "an empty project: supabase db reset --remote, which deletes everything; one with"
    " data: infra/release/README.md, Edited migrations"
)
HISTORY: Final = """
select to_regclass('supabase_migrations.schema_migrations') is not null
"""


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
    return sorted(file.name.split("_")[0] for file in folder.glob("[0-9]*_*.sql"))


def applied(connection: psycopg.Connection) -> list[str]:
    """Return the versions that a database has run, in order."""
    if not _has_history(connection):
        return []
    select = "select version from supabase_migrations.schema_migrations order by 1"
    return [version for (version,) in connection.execute(select)]


def edited(connection: psycopg.Connection, folder: Path = MIGRATIONS) -> list[str]:
    """Return the names of the migrations that were edited after the database ran them.

    The Supabase CLI records the statements that it ran, but compares versions alone.
    White space and semicolons do not count, since it splits files into statements.
    """
    if not _has_history(connection):
        return []
    select = "select version, statements from supabase_migrations.schema_migrations"
    ran = {version: texts for version, texts in connection.execute(select) if texts}
    return [
        file.name
        for file in sorted(folder.glob("[0-9]*_*.sql"))
        if (texts := ran.get(file.name.split("_")[0]))
        and _words(file.read_text()) != _words("\n".join(texts))
    ]


def _words(script: str) -> list[str]:
    return re.findall(r"[^\s;]+", script)


def _has_history(connection: psycopg.Connection) -> bool:
    [(answer,)] = connection.execute(HISTORY)
    return bool(answer)
