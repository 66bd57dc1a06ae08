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
CHANGED = (
    "The kept data was made by other migrations than those in supabase/migrations:"
    " run `make reset` to delete it, then start again."
)


class MigrationFailed(Exception):
    """A migration could not be applied; the message is one sentence."""


def migrate(dsn: str, folder: Path) -> list[str]:
    """Apply what is new in `folder`, each file in one transaction.

    Args:
        dsn: connection of the role `postgres`, which is no superuser.
        folder: holds `<version>_<name>.sql` files; the version orders them.

    Returns:
        The names of the files that were applied now.

    Raises:
        MigrationFailed: a statement failed, with the file and the line; or the files
            do not begin with what was applied.
    """
    applied = []
    with connected(dsn) as connection:
        connection.add_notice_handler(lambda notice: None)
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        connection.execute(HISTORY)
        files = _by_version(folder)
        if (known := _history(connection)) and not _continues(known, files):
            raise MigrationFailed(CHANGED)
        for version, file in files.items():
            if version not in known:
                _apply(connection, file, version)
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


def _by_version(folder: Path) -> Mapping[str, Path]:
    """Return the migrations in order; other files are none."""
    found = ((FILE_NAME.fullmatch(file.name), file) for file in folder.glob("*.sql"))
    return dict(sorted((match["version"], file) for match, file in found if match))


def _continues(known: Mapping[str, list[str]], files: Mapping[str, Path]) -> bool:
    """Whether the files begin with what was applied, in the same order and text."""
    return list(files)[: len(known)] == sorted(known) and all(
        _is_same(files[version].read_text(), texts) for version, texts in known.items()
    )


def _apply(connection: psycopg.Connection, file: Path, version: str) -> None:
    connection.execute("reset all")
    with connection.transaction():
        statements = _execute(connection, file, file.read_text())
        connection.execute(
            "insert into supabase_migrations.schema_migrations"
            " (version, statements, name) values (%s, %s, %s)",
            [version, statements, file.stem.partition("_")[2]],
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


def _is_same(script: str, recorded: list[str]) -> bool:
    """Compare by the letters alone: who recorded it may have cut it differently."""
    return not recorded or _letters(script) == _letters(";\n".join(recorded))


def _letters(script: str) -> str:
    return re.sub(r"[\s;]+", "", "".join(part.text for part in split(script)))
