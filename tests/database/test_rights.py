"""The catalog against `rights`: nobody may do anything that is not written there."""

import pytest
from psycopg import sql

from . import rights

pytestmark = pytest.mark.slow
VERBS = [
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
    "maintain",
]


@pytest.fixture
def ask(desk):
    return lambda query, *values: list(desk.run(query, *values))


def holders(ask, function, kind, verbs):
    """Return what each outsider may do with each object of a kind."""
    query = sql.SQL("""
        select nspname || '.' || relname, role, verb
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        cross join unnest(%s::text[]) as role cross join unnest(%s::text[]) as verb
        where nspname in ('api', 'public', 'private')
            and relkind = any (%s) and {}(role, pg_class.oid, verb)
    """).format(sql.Identifier(function))
    roles = [*rights.OUTSIDERS, "authenticator", "public"]
    return set(ask(query, roles, verbs, kind))


def test_every_table_is_known(ask):
    known = """
        select nspname || '.' || relname
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
            and relkind not in ('i', 'S', 'c', 't')
    """

    assert {name for (name,) in ask(known)} == {*rights.TABLES, *rights.VIEWS}


def test_tables_are_read_by_whom_we_say_and_written_by_nobody(ask):
    expected = {
        (table, role, "select")
        for table, (readers, _) in rights.TABLES.items()
        for role in readers
    }

    tables = list("rpvmf")

    assert holders(ask, "has_table_privilege", tables, VERBS) == expected


def test_sequences_are_nobodys(ask):
    verbs = ["usage", "select", "update"]

    assert holders(ask, "has_sequence_privilege", ["S"], verbs) == set()
    known = """
        select nspname || '.' || relname from pg_class
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
            and relkind = 'S'
    """
    assert {name for (name,) in ask(known)} == rights.SEQUENCES


def test_every_column_is_known_and_none_has_grants_of_its_own(ask):
    columns = """
        select nspname || '.' || relname, string_agg(attname, ' ' order by attnum),
            count(attacl)
        from pg_attribute
        join pg_class on pg_class.oid = attrelid
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
            and relkind = 'r' and attnum > 0 and not attisdropped
        group by 1
    """

    assert set(ask(columns)) == {
        (table, columns, 0) for table, (_, columns) in rights.TABLES.items()
    }


def test_functions_are_called_by_whom_we_say(ask):
    callers = """
        select nspname || '.' || proname, count(distinct pg_proc.oid),
            coalesce(array_agg(role) filter (
                where has_function_privilege(role, pg_proc.oid, 'execute')
            ), '{}')
        from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
        cross join unnest(%s::text[]) as role
        where nspname in ('api', 'public', 'private') group by 1
    """

    found = ask(callers, [*rights.OUTSIDERS, "authenticator", "public"])

    assert {name: set(roles) for name, _, roles in found} == rights.FUNCTIONS
    assert [name for name, overloads, _ in found if overloads > 1] == []


def test_schemas_are_entered_by_whom_we_say_and_built_in_by_nobody(ask):
    schemas = """
        select nspname, role, has_schema_privilege(role, oid, 'create')
        from pg_namespace cross join unnest(%s::text[]) as role
        where nspname in ('api', 'public', 'private')
            and has_schema_privilege(role, oid, 'usage')
    """

    found = ask(schemas, list(rights.OUTSIDERS))

    assert set(found) == {
        (schema, role, False)
        for schema, roles in rights.ENTERED.items()
        for role in roles
    }


def test_who_runs_as_the_owner_pins_the_search_path(ask):
    functions = """
        select nspname || '.' || proname, prosecdef, proconfig
        from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
        where nspname in ('api', 'public', 'private')
    """

    found = ask(functions)

    assert {name for name, definer, _ in found if not definer} == rights.AS_THE_CALLER
    free = {name for name, _, settings in found if settings is None}
    assert free == rights.INLINED
    pinned = {tuple(settings) for *_, settings in found if settings is not None}
    assert {first for first, *_ in pinned} == {'search_path=""'}
    # Besides it, only what the planner does: index scans neither sort nor scan, and a
    # plan serves its whole connection.
    assert {each for _, *rest in pinned for each in rest} <= {
        "enable_sort=off",
        "enable_incremental_sort=off",
        "enable_seqscan=off",
        "plan_cache_mode=force_generic_plan",
    }


def test_what_pins_no_search_path_is_bound_to_its_objects(ask):
    """By a body that is parsed when the function is created (`begin atomic`)."""
    bound = """
        select nspname || '.' || proname
        from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
        where nspname in ('api', 'public', 'private')
            and proconfig is null and prosqlbody is not null
    """

    assert {name for (name,) in ask(bound)} == rights.INLINED


def test_every_public_table_is_under_row_level_security_for_reading_alone(ask):
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

    assert ask(tables) == ask(policies) == ask(one_each) == []


def test_everything_of_ours_belongs_to_the_role_of_migrations(ask):
    owners = """
        select relowner::regrole::text from pg_class
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
        union
        select proowner::regrole::text from pg_proc
        join pg_namespace on pg_namespace.oid = pronamespace
        where nspname in ('api', 'public', 'private')
    """

    assert ask(owners) == [("postgres",)]


def test_everything_says_what_it_is(ask):
    silent = """
        select relname from pg_class
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
            and relkind in ('r', 'v', 'm')
            and obj_description(pg_class.oid) is null
        union
        select relname || '.' || attname from pg_attribute
        join pg_class on pg_class.oid = attrelid
        join pg_namespace on pg_namespace.oid = relnamespace
        where nspname in ('api', 'public', 'private')
            and relkind in ('r', 'm')
            and attnum > 0
            and not attisdropped and col_description(attrelid, attnum) is null
        union
        select proname from pg_proc
        join pg_namespace on pg_namespace.oid = pronamespace
        where nspname in ('api', 'public', 'private')
            and obj_description(pg_proc.oid) is null
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

    assert ask(silent) == []


def test_every_foreign_key_of_a_growing_table_has_an_index(ask):
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

    assert ask(unindexed) == []
