"""Migrations, applied and recorded as the Supabase CLI does it."""

import re
from collections.abc import Mapping
from pathlib import Path

import psycopg

from .bootstrap import connected
from .statements import Statement, split

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
    """A migration could not be applied; the message names the file and the line."""


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


def run_script(dsn: str, file: Path) -> None:
    """Run one SQL file in one transaction, for instance the seed.

    Raises:
        MigrationFailed: a statement failed.
    """
    with connected(dsn) as connection, connection.transaction():
        _execute(connection, file, file.read_text())


def _history(connection: psycopg.Connection) -> Mapping[str, list[str]]:
    select = "select version, statements from supabase_migrations.schema_migrations"
    return {version: texts or [] for version, texts in connection.execute(select)}


def _apply(connection: psycopg.Connection, file: Path, version: str, name: str) -> None:
    connection.execute("reset all")
    with connection.transaction():
        statements = _execute(connection, file, file.read_text())
        connection.execute(
            "insert into supabase_migrations.schema_migrations"
            " (version, statements, name) values (%s, %s, %s)",
            [version, statements, name],
        )


def _execute(connection: psycopg.Connection, file: Path, script: str) -> list[str]:
    """Run the statements of a script and return them as they are recorded."""
    statements = list(split(script))
    for statement in statements:
        try:
            connection.execute(statement.text.encode())
        except psycopg.Error as error:
            line = _line(script, statement, error.diag.statement_position)
            reason = error.diag.message_primary or str(error)
            raise MigrationFailed(f"{file.name}, line {line}: {reason}.") from error
    return [statement.text for statement in statements]


def _line(script: str, statement: Statement, position: str | None) -> int:
    """Return the line in the file that the server points at, or the statement's."""
    if position is None:
        return statement.line
    return script.count("\n", 0, statement.start + int(position) - 1) + 1


def _refuse_change(file: Path, recorded: list[str]) -> None:
    """Compare by the letters alone: who recorded it may have cut it differently."""
    script = file.read_text()
    if not recorded or _letters(script) == _letters(";\n".join(recorded)):
        return
    before = set(map(_letters, recorded))
    changed = (part for part in split(script) if _letters(part.text) not in before)
    line = next((part.line for part in changed), 1)
    raise MigrationFailed(
        f"{file.name}, line {line}: changed after it was applied;"
        " put the change in a new migration, or reset the database."
    )


def _letters(script: str) -> str:
    return re.sub(r"[\s;]+", "", "".join(part.text for part in split(script)))
