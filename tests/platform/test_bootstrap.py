"""What a new project's database looks like."""

import psycopg
import pytest

pytestmark = pytest.mark.slow
API_ROLES = ["anon", "authenticated", "service_role"]


def test_migrations_do_not_run_as_a_superuser(database):
    row = database.execute(
        "select current_user, rolsuper, rolbypassrls from pg_roles"
        " where rolname = current_user"
    ).fetchone()

    assert row == ("postgres", False, True)


@pytest.mark.parametrize("role", API_ROLES)
@pytest.mark.parametrize("right", ["select", "insert", "update", "delete"])
def test_a_table_without_grants_is_closed(database, role, right):
    query = "select has_table_privilege(%s, 'public.unexposed', %s)"

    assert database.execute(query, [role, right]).fetchone() == (False,)


def test_a_function_is_open_to_everyone_until_revoked(database):
    query = "select has_function_privilege('anon', %s, 'execute')"

    assert database.execute(query, ["public.echo(text)"]).fetchone() == (True,)
    closed = "public.announce(text, jsonb)"
    assert database.execute(query, [closed]).fetchone() == (False,)


@pytest.mark.parametrize(
    "statement",
    [
        "create role stranger superuser",
        "alter table auth.users add column extra text",
        "create table auth.extra (id int)",
        "alter system set jit = on",
        "set session_replication_role = replica",
    ],
)
def test_postgres_may_not_do_what_hosted_refuses(database, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute(statement)


def test_partitions_reach_from_yesterday_to_three_days_ahead(superuser):
    query = """
        select count(*) from generate_series(-1, 3) as day
        where to_regclass('realtime.messages_' || to_char(
            (now() at time zone 'utc')::date + day, 'YYYY_MM_DD'
        )) is not null
    """

    assert superuser.execute(query).fetchone() == (5,)


def test_old_partitions_are_dropped(superuser):
    superuser.execute(
        "create table if not exists realtime.messages_2020_01_01"
        " partition of realtime.messages"
        " for values from ('2020-01-01') to ('2020-01-02')"
    )

    superuser.execute("select realtime.keep_partitions()")

    query = "select to_regclass('realtime.messages_2020_01_01')"
    assert superuser.execute(query).fetchone() == (None,)


def test_a_message_that_cannot_be_sent_is_lost_alone(database):
    with database.transaction():
        database.execute("select realtime.send('[]'::jsonb, 'x', null, true)")
        assert database.execute("select 1").fetchone() == (1,)


def test_a_broadcast_of_changes_carries_both_rows(database):
    with database.transaction(force_rollback=True):
        database.execute("create table public.t (id int)")
        database.execute(
            "create function public.post() returns trigger language plpgsql as $$"
            " begin perform realtime.broadcast_changes('t', tg_op, tg_op,"
            " tg_table_name, tg_table_schema, new, old); return null; end $$"
        )
        database.execute(
            "create trigger post after insert on public.t"
            " for each row execute function public.post()"
        )
        database.execute("insert into public.t values (7)")
        payload = database.execute(
            "select payload from realtime.messages where topic = 't'"
        ).fetchone()[0]

    assert payload["record"] == {"id": 7}
    assert payload["old_record"] is None
    assert payload["table"] == "t"


def test_vault_keeps_a_secret_for_those_who_may_read_it(database):
    with database.transaction(force_rollback=True):
        database.execute("select vault.create_secret('hush', 'hook')")
        query = "select decrypted_secret from vault.decrypted_secrets where name = %s"
        secret = database.execute(query, ["hook"]).fetchone()

    assert secret == ("hush",)
    query = "select has_schema_privilege('authenticated', 'vault', 'usage')"
    assert database.execute(query).fetchone() == (False,)


@pytest.mark.parametrize("role", ["postgres", "service_role"])
@pytest.mark.parametrize("secret", ["hush", "", "grüß", "x" * 5000])
def test_only_the_view_of_the_vault_shows_what_a_secret_is(database, secret, role):
    """As hosted, where the column of the table is ciphertext."""
    read = "select secret, decrypted_secret from vault.decrypted_secrets where id = %s"
    with database.transaction(force_rollback=True):
        database.execute(f"set local role {role}")
        row = database.execute("select vault.create_secret(%s)", ["old"]).fetchone()
        database.execute("select vault.update_secret(%s, %s)", [row[0], secret])
        shown = database.execute(read, row).fetchone()
        query = "select secret from vault.secrets where id = %s"
        stored = database.execute(query, row).fetchone()

    assert shown[1] == secret
    assert stored[0] == shown[0] != secret
    assert not secret or secret not in stored[0]


def test_the_publication_belongs_to_postgres(database):
    with database.transaction(force_rollback=True):
        statement = "alter publication supabase_realtime add table public.notes"
        database.execute(statement)
