"""The migrations as other tools see them: the Supabase CLI, sqlfluff, squawk."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.platform import ROOT
from infra.local.postgres import connected, migrate

from .rights import INLINED
from .server import MIGRATIONS
from .supabase_cli import SupabaseCli

FILES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))


@pytest.fixture
def supabase_cli(node_modules, tmp_path):
    [binary] = node_modules.glob("@supabase/cli-*/bin/supabase")
    return SupabaseCli(binary, tmp_path)


@pytest.mark.slow
def test_the_supabase_cli_applies_every_migration(supabase_cli, server, empty_database):
    dsn = server.dsn(empty_database)

    result = supabase_cli.run(dsn, "migration", "up", "--yes").stderr

    assert [name for name in FILES if f"Applying migration {name}" in result] == FILES
    assert migrate(dsn, MIGRATIONS) == []
    assert table_names(dsn) == table_names(server.dsn("postgres"))


@pytest.mark.slow
def test_the_supabase_cli_finds_what_our_migrate_applied(
    supabase_cli, server, empty_database
):
    dsn = server.dsn(empty_database)
    migrate(dsn, MIGRATIONS)

    result = supabase_cli.run(dsn, "migration", "up", "--yes")

    assert "Applying" not in result.stderr
    assert "up to date" in result.stdout


@pytest.mark.slow
def test_the_supabase_advisors_have_no_advice(supabase_cli, server):
    result = supabase_cli.run(
        server.dsn("postgres"), "db", "advisors", "--level", "warn",
        "--output-format", "json",
    )  # fmt: skip

    results = json.loads(result.stdout)["results"] if result.stdout.strip() else []
    advice = [each["detail"] for each in results]
    # These must not pin a search path; `test_rights` proves that they need none.
    assert [each for each in advice if not any(n in each for n in INLINED)] == []
    assert len(advice) == len(INLINED)


def test_sqlfluff_accepts_the_migrations():
    lint = [sys.executable, "-m", "sqlfluff", "lint", "--nocolor", str(MIGRATIONS)]

    done = subprocess.run(  # noqa: S603
        lint, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_squawk_accepts_the_migrations():
    program = shutil.which("squawk", path=Path(sys.executable).parent)
    assert program, "squawk-cli is not installed"

    done = subprocess.run(  # noqa: S603
        [program, *(str(MIGRATIONS / name) for name in FILES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def table_names(dsn):
    with connected(dsn) as connection:
        return connection.execute(
            "select schemaname, tablename from pg_tables"
            " where schemaname in ('public', 'private') order by 1, 2"
        ).fetchall()
