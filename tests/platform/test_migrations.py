"""Our runner and the Supabase CLI, on the same history."""

import os
import subprocess

import psycopg
import pytest

from infra.local.keys import Keys
from infra.local.platform import Ports
from infra.local.postgres import Cluster, MigrationFailed, connected, migrate
from infra.local.processes import running

pytestmark = pytest.mark.slow
FIRST = """-- The first; with a semicolon in a comment
create table public.first (id int primary key, note text default 'a;b');
/* block ; comment */
create function public.one() returns int
language sql
begin atomic
    select case when true then 1 else 2 end;
end;
-- The end
"""
HISTORY = (
    "select version, name from supabase_migrations.schema_migrations order by version"
)


@pytest.fixture
def cluster(tmp_path):
    keys = Keys.load_or_create(tmp_path / "keys.json")
    cluster = Cluster(tmp_path / "postgres", Ports.free().postgres, keys)
    cluster.prepare()
    try:
        with running([cluster.service()]):
            yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20260101000000_first.sql").write_text(FIRST)
    return folder


@pytest.fixture
def supabase(node_modules, cluster, folder):
    """The real CLI in the project of `folder`, against the cluster."""
    [binary] = node_modules.glob("@supabase/cli-*/bin/supabase")
    project = folder.parents[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(project),
        "PGSSLMODE": "disable",
        "DO_NOT_TRACK": "1",
    }

    def run(*arguments):
        remote = f"--remote={cluster.dsn('postgres')}"
        done = subprocess.run(  # noqa: S603
            [str(binary), *arguments, remote],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def history(cluster):
    with connected(cluster.dsn("postgres")) as connection:
        return connection.execute(HISTORY).fetchall()


def test_a_migration_is_applied_once(cluster, folder):
    dsn = cluster.dsn("postgres")

    assert migrate(dsn, folder) == ["20260101000000_first.sql"]
    assert migrate(dsn, folder) == []


def test_a_failing_migration_names_its_line_and_leaves_nothing(cluster, folder):
    text = "create table public.second (id int);\n\nselect\n    1,\n    nope;\n"
    (folder / "20260102000000_second.sql").write_text(text)

    with pytest.raises(MigrationFailed) as failure:
        migrate(cluster.dsn("postgres"), folder)

    sentence = '20260102000000_second.sql, line 5: column "nope" does not exist.'
    assert str(failure.value) == sentence
    assert [version for version, _ in history(cluster)] == ["20260101000000"]
    with connected(cluster.dsn("postgres")) as connection:
        query = "select to_regclass('public.second')"
        assert connection.execute(query).fetchone() == (None,)


def edit(folder):
    file = folder / "20260101000000_first.sql"
    file.write_text(FIRST.replace("then 1 else 2", "then 3 else 4"))


def remove(folder):
    (folder / "20260101000000_first.sql").unlink()


def insert(folder):
    (folder / "20251231000000_before.sql").write_text("select 1;")


@pytest.mark.parametrize("change", [edit, remove, insert])
def test_data_of_other_migrations_is_refused_with_the_way_out(cluster, folder, change):
    migrate(cluster.dsn("postgres"), folder)
    before = history(cluster)
    change(folder)

    with pytest.raises(MigrationFailed, match=r"other migrations .* run `make reset`"):
        migrate(cluster.dsn("postgres"), folder)

    assert history(cluster) == before


def test_a_new_migration_at_the_end_is_applied(cluster, folder):
    migrate(cluster.dsn("postgres"), folder)
    (folder / "20260102000000_second.sql").write_text("select 1;")

    assert migrate(cluster.dsn("postgres"), folder) == ["20260102000000_second.sql"]


def test_new_layout_alone_is_no_change(cluster, folder):
    dsn = cluster.dsn("postgres")
    migrate(dsn, folder)
    file = folder / "20260101000000_first.sql"
    file.write_text(FIRST.replace("    select", "\tselect") + "\n\n")

    assert migrate(dsn, folder) == []


def test_the_runner_goes_on_where_the_cli_was(cluster, folder, supabase):
    migrate(cluster.dsn("postgres"), folder)
    ours = history(cluster)
    with connected(cluster.dsn("postgres")) as connection:
        connection.execute("drop schema supabase_migrations cascade")
        connection.execute("drop function public.one()")
        connection.execute("drop table public.first")

    supabase("migration", "up", "--yes")

    assert history(cluster) == ours
    assert migrate(cluster.dsn("postgres"), folder) == []


def test_the_cli_finds_what_the_runner_applied(cluster, folder, supabase):
    migrate(cluster.dsn("postgres"), folder)
    file = folder / "20260101000000_first.sql"

    listed = supabase("migration", "list")
    file.unlink()
    supabase("migration", "fetch", "--yes")

    assert listed.count("20260101000000") == 2
    assert file.read_text().startswith(FIRST)


def test_the_cli_gives_advice_and_types(cluster, folder, supabase):
    migrate(cluster.dsn("postgres"), folder)

    assert "rls_disabled_in_public" not in supabase("db", "advisors")
    assert "class PublicFirst(" in supabase("gen", "types", "--lang=python")


def test_two_clusters_run_side_by_side(cluster, platform):
    ports = {cluster.port, platform.cluster.port}

    assert len(ports) == 2
    for each in (cluster, platform.cluster):
        with connected(each.dsn("postgres")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_password_is_needed(cluster):
    keyless = cluster.dsn("postgres").replace(":", ":not", 2)

    with (
        pytest.raises(psycopg.OperationalError, match="password authentication"),
        connected(keyless.replace("//not", "//").replace("not//", "//")),
    ):
        pass
