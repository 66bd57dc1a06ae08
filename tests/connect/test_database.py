"""A project's database: whole, and with each thing broken in turn."""

import re

import pytest

from infra.connect import State, migrations_of
from infra.connect.database import Database

from .conftest import API_URL, SECRETS

pytestmark = pytest.mark.slow


def findings(dsn, api_url=API_URL):
    seen = Database({"SUPABASE_DB_URL": dsn}, api_url).checks()
    return {each.about: each for each in seen}


@pytest.fixture(autouse=True)
def the_tests_own_cli(node_modules):
    """The advisors need it."""


def test_a_whole_project_lacks_nothing(project_database):
    seen = findings(project_database.dsn)

    assert {each.state for each in seen.values()} == {State.OK}, seen
    assert seen["migrations"].message == f"{len(migrations_of())} applied"
    assert "advisors" in seen


@pytest.mark.parametrize(
    ("broken", "about", "message", "fix"),
    [
        (
            "delete from supabase_migrations.schema_migrations"  # noqa: S608
            f" where version = '{migrations_of()[-1]}'",
            "migrations",
            f"1 not applied, from {migrations_of()[-1]} on.",
            "make deploy",
        ),
        (
            "insert into supabase_migrations.schema_migrations (version)"
            " values ('29990101000000')",
            "migrations",
            "ahead of this checkout, by 29990101000000",
            "git pull",
        ),
        (
            "update supabase_migrations.schema_migrations"  # noqa: S608
            " set statements[1] = statements[1] || ' edited'"
            f" where version = '{migrations_of()[-1]}'",
            "migrations",
            f"edited after this database ran them: {migrations_of()[-1]}_",
            "supabase db reset --remote",
        ),
        (
            "drop extension pg_net cascade",
            "pg_net",
            "cannot call functions",
            "make deploy",
        ),
        (
            "revoke execute on function private.custom_access_token_hook"
            " from supabase_auth_admin",
            "hook's rights",
            "may not call",
            "make deploy",
        ),
        (
            'drop policy "people listen to what they may see" on realtime.messages',
            "Realtime rules",
            "may not receive",
            "make deploy",
        ),
        (
            "delete from vault.secrets where name = 'autocrm_webhook_secret'",
            "Vault",
            "autocrm_webhook_secret not set",
            "select vault.create_secret('<value>', 'autocrm_webhook_secret')",
        ),
        (
            "delete from vault.secrets",
            "Vault",
            "autocrm_webhook_secret and autocrm_webhook_url not set",
            f"'{API_URL}/v1/hooks/database', 'autocrm_webhook_url'",
        ),
        (
            "delete from public.person_roles where role = 'admin'",
            "administrator",
            "none yet",
            "make admin EMAIL=",
        ),
        (
            "create table api.naked (id int); grant select on api.naked to anon",
            "advisors",
            "rls_disabled_in_public",
            "supabase db advisors",
        ),
    ],
)
def test_what_is_broken_is_named_with_what_fixes_it(
    project_database, broken, about, message, fix
):
    project_database.breaks("alter table public.person_roles disable trigger all")
    project_database.breaks(broken)

    seen = findings(project_database.dsn)

    assert seen[about].state is State.MISSING, seen
    assert message in seen[about].message
    assert fix in seen[about].fix
    others = [each for name, each in seen.items() if name not in (about, "advisors")]
    assert {each.state for each in others} <= {State.OK}


KNOWN = "select vault.create_secret('x', 'autocrm_source_secret')"


@pytest.mark.parametrize(
    ("limits", "known", "state", "message", "fix"),
    [
        ("false", False, State.OK, "off", ""),
        ("", False, State.OK, "off", ""),
        ("true", True, State.OK, "on", ""),
        ("true", False, State.MISSING, "addresses are not", "vault.create_secret"),
        ("", True, State.MISSING, "functions have not", "LIMIT_BY_ADDRESS=true"),
    ],
)
def test_addresses_are_limited_by_both_sides_or_by_none(
    project_database, limits, known, state, message, fix
):
    if known:
        project_database.breaks(KNOWN)

    shell = {"SUPABASE_DB_URL": project_database.dsn}
    checks = Database(shell | {"LIMIT_BY_ADDRESS": limits}, API_URL)
    [found] = [each for each in checks.checks() if each.about == "limit by address"]

    assert found.state is state
    assert message in found.message
    assert fix in found.fix


@pytest.mark.parametrize(
    ("dsn", "message"),
    [
        ("postgresql://postgres@no-such-host.invalid/x", "DNS does not know"),
        ("postgresql://postgres@127.0.0.1:1/x", "nothing answers"),
        ("postgresql://postgres@127.0.0.1:5432/%zz", "no connection string"),
    ],
)
def test_why_the_database_does_not_open_is_said(dsn, message):
    [found] = Database({"SUPABASE_DB_URL": dsn}, API_URL).checks()

    assert message in found.message
    assert "postgresql://" not in found.message + found.fix


def test_a_wrong_password_and_a_lack_of_encryption_are_distinguished(project_database):
    for wrong, message in (
        ("?password=wrong", "the password, or the user"),
        ("?sslmode=require", "cannot be encrypted"),
    ):
        dsn = re.sub(r"//(\w+):\w+@", r"//\1@", project_database.dsn) + wrong
        found = next(Database({"SUPABASE_DB_URL": dsn}, API_URL).checks())

        assert message in found.message


def test_an_address_of_another_deployment_is_noticed(project_database):
    seen = findings(project_database.dsn, "https://other.example.com")

    assert seen["Vault"].state is State.MISSING
    assert "https://other.example.com/v1/hooks/database" in seen["Vault"].fix
    assert findings(project_database.dsn, None)["Vault"].state is State.OK


def test_an_empty_database_lacks_its_migrations_and_that_may_wait(server):
    name = server.clone("empty")

    seen = findings(server.dsn(name))

    assert seen["migrations"].can_wait
    assert f"{len(migrations_of())} not applied" in seen["migrations"].message
    assert "pg_net" not in seen
    server.drop(name)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "postgresql://nobody:pw@127.0.0.1:9/postgres",  # pragma: allowlist secret
        "the password is pw",
        "pw",
    ],
)
def test_without_a_database_code_would_come_before_migrations(wrong):
    seen = findings(wrong)

    assert seen["database"].state is State.MISSING
    assert not seen["database"].can_wait
    assert "pw" not in seen["database"].message


def test_no_finding_holds_a_secret(project_database, server):
    seen = findings(project_database.dsn)

    text = " ".join(f"{each.message} {each.fix}" for each in seen.values())
    assert SECRETS["autocrm_webhook_secret"] not in text
    assert project_database.dsn not in text
