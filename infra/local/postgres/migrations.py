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
        files = files_of(folder)
        if (known := history(connection)) and not _continues(known, files):
            raise MigrationFailed(CHANGED)
        for version, file in files.items():
            if version not in known:
                _apply(connection, file, version)
                applied.append(file.name)
    return applied


def history(connection: psycopg.Connection) -> Mapping[str, list[str]]:
    """Return the statements that a database has run, by version, in order."""
    exists = "select to_regclass('supabase_migrations.schema_migrations') is not null"
    if connection.execute(exists).fetchone() != (True,):
        return {}
    select = "select version, statements from supabase_migrations.schema_migrations"
    rows = connection.execute(f"{select} order by version")
    return {version: texts or [] for version, texts in rows}


def files_of(folder: Path) -> Mapping[str, Path]:
    """Return the migrations in a folder by version, in order; other files are none."""
    found = ((FILE_NAME.fullmatch(file.name), file) for file in folder.glob("*.sql"))
    return dict(sorted((match["version"], file) for match, file in found if match))


def is_same(script: str, recorded: list[str]) -> bool:
    """Compare a file with the statements that were run; without a record it is same.

    White space and semicolons do not count, since the Supabase CLI splits files.
    """
    return not recorded or _words(script) == _words("\n".join(recorded))


def _continues(known: Mapping[str, list[str]], files: Mapping[str, Path]) -> bool:
    """Whether the files begin with what was applied, in the same order and text."""
    return list(files)[: len(known)] == sorted(known) and all(
        is_same(files[version].read_text(), texts) for version, texts in known.items()
    )


def _apply(connection: psycopg.Connection, file: Path, version: str) -> None:
    """Run a file in one transaction and record it, its text as one statement."""
    script, name = file.read_text(), file.stem.partition("_")[2]
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


def _words(script: str) -> list[str]:
    return re.findall(r"[^\s;]+", script)
