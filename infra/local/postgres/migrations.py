"""Apply migrations and record them in the history of the Supabase CLI."""

import re
from collections.abc import Mapping
from pathlib import Path

import psycopg

from .bootstrap import connected

FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.+)\.sql")
LOCK = 727_274_311  # any number, as long as every runner takes the same
HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key
);
alter table supabase_migrations.schema_migrations
add column if not exists statements text[], add column if not exists name text;
"""


class MigrationFailed(Exception):
    """A migration could not be applied; the message names the file."""


def migrate(dsn: str, folder: Path) -> list[str]:
    """Apply what is new in `folder`, each file in one transaction.

    Args:
        dsn: connection of the role `postgres`, which is no superuser.
        folder: holds `<version>_<name>.sql` files; the version orders them.

    Returns:
        The names of the files that were applied now.

    Raises:
        MigrationFailed: a statement failed, or an applied file has changed since.
    """
    applied = []
    with connected(dsn) as connection:
        connection.add_notice_handler(lambda notice: None)
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        connection.execute(HISTORY)
        done = _history(connection)
        for file in sorted(folder.glob("*.sql")):
            if (match := FILE_NAME.fullmatch(file.name)) is None:
                continue
            if match["version"] in done:
                _refuse_change(file, done[match["version"]])
            else:
                _apply(connection, file, match["version"], match["name"])
                applied.append(file.name)
    return applied


def _history(connection: psycopg.Connection) -> Mapping[str, list[str]]:
    select = "select version, statements from supabase_migrations.schema_migrations"
    return {version: texts or [] for version, texts in connection.execute(select)}


def _apply(connection: psycopg.Connection, file: Path, version: str, name: str) -> None:
    """Run a file in one transaction and record it, its text as one statement."""
    script = file.read_text()
    connection.execute("reset all")
    with connection.transaction():
        try:
            connection.execute(script.encode())
        except psycopg.Error as error:
            raise MigrationFailed(_explain(file.name, script, error)) from error
        connection.execute(
            "insert into supabase_migrations.schema_migrations"
            " (version, statements, name) values (%s, %s, %s)",
            [version, [script], name],
        )


def _explain(name: str, script: str, error: psycopg.Error) -> str:
    """Return file, line where the server points at one, and reason."""
    reason = error.diag.message_primary or str(error)
    if (position := error.diag.statement_position) is None:
        return f"{name}: {reason}."
    line = script.count("\n", 0, int(position) - 1) + 1
    return f"{name}, line {line}: {reason}."


def _refuse_change(file: Path, recorded: list[str]) -> None:
    """Compare without white space and semicolons: the CLI records statements."""
    script, before = file.read_text(), _letters("".join(recorded))
    if not recorded or _letters(script) == before:
        return
    raise MigrationFailed(
        f"{file.name}, line {_first_change(script, before)}: changed after it was"
        " applied; put the change in a new migration, or reset the database."
    )


def _first_change(script: str, before: str) -> int:
    line = 0
    for line, text in enumerate(script.splitlines(), 1):
        if not before.startswith(letters := _letters(text)):
            return line
        before = before.removeprefix(letters)
    return line


def _letters(script: str) -> str:
    return re.sub(r"[\s;]+", "", script)
