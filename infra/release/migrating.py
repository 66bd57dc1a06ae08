"""Migrations, which come before the code that needs them and are never undone."""

import psycopg

from infra.connect import applied, migrations_of, open_database
from infra.supabase_cli import NoSupabaseCli, SupabaseCli

from .guide import Guide, Stopped


def migrate(dsn: str, guide: Guide) -> None:
    """Show what is pending, ask, and apply it with the Supabase CLI.

    Raises:
        Stopped: it was declined, or a migration failed; those before it are applied.
    """
    pending = [each for each in migrations_of() if each not in versions(dsn)]
    if not pending:
        guide.say("Every migration is applied.")
        return
    try:
        cli = SupabaseCli(dsn)
    except NoSupabaseCli as error:
        raise Stopped(str(error)) from error
    for version in pending:
        guide.say(f"  + {version}")
    guide.confirm(f"Apply {len(pending)} migrations?")
    done = cli.run("db", "push", "--yes")
    for line in done.stderr.splitlines():
        if line.startswith("Applying migration"):
            guide.say(line)
    if done.returncode:
        raise Stopped(done.stderr.strip().splitlines()[-1])


def versions(dsn: str) -> list[str]:
    """The migrations that a database has.

    Raises:
        Stopped: it cannot be opened.
    """
    try:
        with open_database(dsn) as connection:
            return applied(connection)
    except psycopg.OperationalError as error:
        raise Stopped("SUPABASE_DB_URL does not open a database.") from error
