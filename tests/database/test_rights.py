"""The catalog against `rights`: nobody has a right that is not listed."""

import pytest
from psycopg import sql

from . import rights
from .acting import ANON, WORKER, refused
from .personas import PEOPLE
from .sampling import sample_calls

pytestmark = pytest.mark.slow
VERBS = [
    "select", "insert", "update", "delete", "truncate", "references", "trigger",
    "maintain",
]  # fmt: skip


VIEWS = """
create temp view relations as
select nspname || '.' || relname as name, pg_class.*
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where nspname in ('api', 'public', 'private');
create temp view functions as
select nspname || '.' || proname as name, pg_proc.*
from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
where nspname in ('api', 'public', 'private')
"""


@pytest.fixture
def fetch(db):
    """Runs a query of the catalog; two views hold the objects in our schemas."""
    db.execute(VIEWS)
    return lambda query, *values: list(db.execute(query, *values))


def holders(fetch, function, kind, verbs):
    """Return what each outsider may do with each object of a kind."""
    query = sql.SQL("""
        select name, role, verb from relations
        cross join unnest(%s::text[]) as role cross join unnest(%s::text[]) as verb
        where relkind = any (%s) and {}(role, relations.oid, verb)
    """).format(sql.Identifier(function))
    roles = [*rights.OUTSIDERS, "authenticator", "public"]
    return set(fetch(query, roles, verbs, kind))


def test_every_table_and_view_is_listed_and_none_is_in_api(fetch):
    tables = "select name from relations where relkind not in ('i', 'S', 'c', 't')"

    found = {name for (name,) in fetch(tables)}

    assert found == {*rights.TABLES, *rights.VIEWS}
    assert {name for name in found if name.startswith("api.")} == set()


def test_tables_are_read_by_listed_roles_and_written_by_nobody(fetch):
    expected = {
        (table, role, "select")
        for table, (readers, _) in rights.TABLES.items()
        for role in readers
    }

    tables = list("rpvmf")

    assert holders(fetch, "has_table_privilege", tables, VERBS) == expected


def test_sequences_are_granted_to_nobody(fetch):
    verbs = ["usage", "select", "update"]

    assert holders(fetch, "has_sequence_privilege", ["S"], verbs) == set()
    sequences = "select name from relations where relkind = 'S'"
    assert {name for (name,) in fetch(sequences)} == rights.SEQUENCES


def test_every_column_is_listed_and_few_have_their_own_grants(fetch):
    columns = """
        select name, string_agg(attname, ' ' order by attnum),
            string_agg(attname, ' ' order by attnum) filter (where attacl is not null)
        from pg_attribute join relations on relations.oid = attrelid
        where relkind = 'r' and attnum > 0 and not attisdropped group by 1
    """

    assert set(fetch(columns)) == {
        (table, columns, rights.READABLE_COLUMNS.get(table))
        for table, (_, columns) in rights.TABLES.items()
    }


def test_columns_are_read_by_the_readers_of_tables_and_written_by_nobody(fetch):
    grants = """
        select name, attname, grantee::regrole::text, lower(privilege_type)
        from pg_attribute join relations on relations.oid = attrelid
        cross join aclexplode(attacl)
    """

    assert set(fetch(grants)) == {
        (table, column, role, "select")
        for table, columns in rights.READABLE_COLUMNS.items()
        for column in columns.split()
        for role in rights.READABLE
    }


def test_functions_are_listed_with_their_callers(fetch):
    callers = """
        select name, count(distinct functions.oid), coalesce(array_agg(role) filter (
            where has_function_privilege(role, functions.oid, 'execute')
        ), '{}')
        from functions cross join unnest(%s::text[]) as role group by 1
    """

    found = fetch(callers, [*rights.OUTSIDERS, "authenticator", "public"])

    executable = {name: set(roles) for name, _, roles in found if roles}
    assert executable == rights.FUNCTIONS
    assert [name for name, overloads, _ in found if overloads > 1] == []


@pytest.mark.parametrize("who", [*PEOPLE, ANON])
def test_worker_functions_refuse_people(db, who):
    calls = sample_calls(db, WORKER)

    for call in calls:
        with refused("42501"), db.acting(who) as connection:
            connection.execute(call)

    assert len(calls) > 20


def test_schemas_are_used_by_listed_roles_and_extended_by_nobody(fetch):
    schemas = """
        select nspname, role, has_schema_privilege(role, oid, 'create')
        from pg_namespace cross join unnest(%s::text[]) as role
        where nspname in ('api', 'public', 'private')
            and has_schema_privilege(role, oid, 'usage')
    """

    found = fetch(schemas, list(rights.OUTSIDERS))

    assert set(found) == {
        (schema, role, False)
        for schema, roles in rights.ENTERED.items()
        for role in roles
    }


def test_security_definers_pin_the_search_path(fetch):
    found = fetch("select name, prosecdef, proconfig from functions")

    as_the_caller = {name for name, definer, _ in found if not definer}
    assert as_the_caller == rights.AS_THE_CALLER, (
        "declare it `security definer`, or list it in AS_THE_CALLER of rights.py"
    )
    unpinned = {
        name for name, _, settings in found if 'search_path=""' not in (settings or ())
    }
    assert unpinned == rights.INLINED, "declare it with `set search_path = ''`"
    # Besides it, only what the planner does (index scans neither sort nor scan, and a
    # plan serves its whole connection), and how long Auth waits for us.
    assert {each for *_, settings in found for each in settings or ()} <= {
        'search_path=""',
        "enable_sort=off",
        "jit=off",
        "enable_incremental_sort=off",
        "enable_seqscan=off",
        "enable_bitmapscan=off",
        "enable_indexscan=off",
        "enable_hashagg=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "plan_cache_mode=force_custom_plan",
        "plan_cache_mode=force_generic_plan",
        "lock_timeout=2s",
    }


def test_functions_without_a_search_path_are_parsed_at_creation(fetch):
    """By a body that is parsed when the function is created (`begin atomic`)."""
    bound = """
        select name from functions
        where proconfig is null and prosqlbody is not null
    """

    assert {name for (name,) in fetch(bound)} == rights.INLINED


def test_every_public_table_is_under_row_level_security_for_reading_alone(fetch):
    tables = """
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'
            and not relrowsecurity
    """
    policies = """
        select policyname, tablename from pg_policies where schemaname = 'public'
            and (cmd, roles, permissive)
            <> ('SELECT', '{authenticated}', 'PERMISSIVE')
    """
    one_each = """
        select tablename from pg_policies where schemaname = 'public'
        group by tablename having count(*) > 1
    """

    assert fetch(tables) == fetch(policies) == fetch(one_each) == []


def test_every_object_belongs_to_postgres(fetch):
    owners = """
        select relowner::regrole::text from relations
        union
        select proowner::regrole::text from functions
    """

    assert fetch(owners) == [("postgres",)]


def test_every_object_has_a_comment(fetch):
    silent = """
        select name from relations
        where relkind in ('r', 'v', 'm') and obj_description(oid) is null
        union
        select name || '.' || attname from pg_attribute
        join relations on relations.oid = attrelid
        where relkind in ('r', 'm') and attnum > 0
            and not attisdropped and col_description(attrelid, attnum) is null
        union
        select name from functions where obj_description(oid) is null
        union
        select typname from pg_type
        join pg_namespace on pg_namespace.oid = typnamespace
        where nspname in ('api', 'public', 'private')
            and typtype in ('e', 'd')
            and obj_description(pg_type.oid) is null
        union
        select nspname from pg_namespace
        where nspname in ('api', 'public', 'private')
            and obj_description(oid) is null
    """

    assert fetch(silent) == []


def test_every_foreign_key_of_a_growing_table_has_an_index(fetch):
    """Or deleting a person, queue or organization would scan it.

    Types of events are never deleted, and an index on them would be written at every
    event for nothing.
    """
    unindexed = """
        select conrelid::regclass::text, conname from pg_constraint
        join pg_namespace on pg_namespace.oid = connamespace
        where nspname in ('api', 'public', 'private')
            and contype = 'f' and conname <> 'ticket_events_type_fkey'
            and not exists (
            select from pg_index
            where indrelid = conrelid and (
                indpred is null or conname = 'tickets_follow_up_of_fkey'
            ) and conkey <@ (indkey::int2[])[0 : cardinality(conkey) - 1]
        )
    """

    assert fetch(unindexed) == []
