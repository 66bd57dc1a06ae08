"""The database, as a read-only connection of its owner shows it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import psycopg

from infra.supabase_cli import NoSupabaseCli, SupabaseCli

from .doors import open_database
from .findings import Finding, good, lacking, unknown

MIGRATIONS: Final = Path(__file__).parents[2] / "supabase" / "migrations"
PUSH: Final = "make deploy, or supabase db push --remote"
SECRETS: Final = ("autocrm_webhook_url", "autocrm_webhook_secret")
HISTORY: Final = """
select to_regclass('supabase_migrations.schema_migrations') is not null
"""
HOOK: Final = """
select exists(
    select from pg_proc as f
    where f.oid = to_regprocedure('public.custom_access_token_hook(jsonb)')
        and has_function_privilege('supabase_auth_admin', f.oid, 'execute')
)
"""
LISTENING: Final = """
select count(*) = 3 from pg_policies
where schemaname = 'realtime' and tablename = 'messages' and policyname in (
    'people listen to what they may see',
    'staff of the queue see who is at a ticket',
    'staff of the queue say that they are at a ticket'
)
"""
NET: Final = "select exists(select from pg_extension where extname = 'pg_net')"
VAULT: Final = "select name from vault.decrypted_secrets where name = any(%s)"
WOKEN: Final = """
select decrypted_secret from vault.decrypted_secrets where name = 'autocrm_webhook_url'
"""
ADMIN: Final = "select exists(select from public.person_roles where role = 'admin')"


def migrations_of(folder: Path = MIGRATIONS) -> list[str]:
    """The versions in a checkout, in order."""
    return sorted(file.name.split("_")[0] for file in folder.glob("[0-9]*_*.sql"))


def applied(connection: psycopg.Connection) -> list[str]:
    """The versions that a database has, in order."""
    if not _holds(connection, HISTORY):
        return []
    select = "select version from supabase_migrations.schema_migrations order by 1"
    return [version for (version,) in connection.execute(select)]


class Database:
    """Looks at one database.

    Args:
        environment: holds its connection string.
        api_url: where the deployed API answers, if it is known.
    """

    def __init__(self, environment: Mapping[str, str], api_url: str | None) -> None:
        self._dsn = environment.get("SUPABASE_DB_URL", "")
        self._source = environment.get("SUPABASE_SOURCE_SECRET_PARAMETER", "")
        self._api_url = api_url

    def checks(self) -> Iterator[Finding]:
        """Migrations, then what stands on them."""
        if not self._dsn:
            says = "SUPABASE_DB_URL is not set, and migrations come before code."
            page = "the button Connect of the project's dashboard"
            yield lacking("database", says, page)
            return
        try:
            with open_database(self._dsn) as connection:
                yield good("database", f"user {connection.info.user}")
                yield from self._inside(connection)
        except psycopg.OperationalError:
            says = "SUPABASE_DB_URL does not open a database."
            yield lacking("database", says, "the project's dashboard, Connect")
            return
        yield self._advice()

    def _inside(self, connection: psycopg.Connection) -> Iterator[Finding]:
        here, there = migrations_of(), applied(connection)
        yield _migrations(here, there)
        if not set(here) <= set(there):
            return  # what follows would be missing for that reason alone
        yield _has(connection, NET, "pg_net", "the database cannot wake functions.")
        yield _has(
            connection, HOOK, "hook's rights", "Auth may not call the token hook."
        )
        yield _has(
            connection,
            LISTENING,
            "Realtime rules",
            "not everybody may listen who should.",
        )
        yield self._vault(connection)
        yield self._addresses(connection)
        yield _administrator(connection)

    def _vault(self, connection: psycopg.Connection) -> Finding:
        about, rows = "Vault", connection.execute(VAULT, [list(SECRETS)])
        absent = sorted(set(SECRETS) - {name for (name,) in rows})
        if absent:
            says = f"{' and '.join(absent)} not set: events take up to a minute."
            address = self._api_url or "https://<your api>"
            value = (
                f"{address}/v1/hooks/database" if SECRETS[0] in absent else "<value>"
            )
            mend = f"select vault.create_secret('{value}', '{absent[-1]}')"
            return lacking(about, says, f"in the SQL editor: {mend}", can_wait=True)
        return self._woken(about, connection)

    def _woken(self, about: str, connection: psycopg.Connection) -> Finding:
        """The address alone is compared; it is no secret, unlike its neighbour."""
        [(address,)] = connection.execute(WOKEN)
        if self._api_url and not str(address).startswith(f"{self._api_url}/"):
            says = "autocrm_webhook_url is not the address of this deployment."
            mend = f"vault.update_secret to {self._api_url}/v1/hooks/database"
            return lacking(about, says, mend, can_wait=True)
        return good(about)

    def _addresses(self, connection: psycopg.Connection) -> Finding:
        """The database and the functions know the secret of the proof, or neither."""
        about, name = "limit by address", "autocrm_source_secret"
        known = bool(connection.execute(VAULT, [[name]]).fetchall())
        if known and not self._source:
            says = "the Vault has the secret that proves addresses, functions have not."
            variable, place = (
                "SUPABASE_SOURCE_SECRET_PARAMETER",
                "supabase-source-secret",
            )
            mend = f"export {variable}=/autocrm/{place}"
            return lacking(about, says, mend, can_wait=True)
        if self._source and not known:
            says = f"{name} not set: people are limited, addresses are not."
            mend = f"in the SQL editor: select vault.create_secret('<value>', '{name}')"
            return lacking(about, says, mend, can_wait=True)
        return good(about, "on" if known else "off; see SupabaseSourceSecretParameter")

    def _advice(self) -> Finding:
        about = "advisors"
        try:
            done = SupabaseCli(self._dsn, reads=True).run(
                "db", "advisors", "--level", "warn", "--output-format", "json"
            )
            advice = json.loads(done.stdout or "{}")["results"]
        except NoSupabaseCli as error:
            return unknown(about, str(error))
        except (ValueError, KeyError):
            return unknown(about, "the Supabase CLI could not look.")
        if advice:
            names = ", ".join(sorted({each["name"] for each in advice}))
            mend = "supabase db advisors --remote"
            return lacking(about, f"they warn of {names}.", mend, can_wait=True)
        return good(about, "no warning")


def _migrations(here: list[str], there: list[str]) -> Finding:
    about = "migrations"
    if ahead := sorted(set(there) - set(here)):
        says = f"the database is ahead of this checkout, by {ahead[-1]}."
        return lacking(about, says, "git pull")
    if pending := sorted(set(here) - set(there)):
        says = f"{len(pending)} not applied, from {pending[0]} on."
        return lacking(about, says, PUSH, can_wait=True)
    return good(about, f"{len(here)} applied")


def _administrator(connection: psycopg.Connection) -> Finding:
    if _holds(connection, ADMIN):
        return good("administrator")
    says = "there is none yet; sign up first."
    return lacking("administrator", says, "make admin EMAIL=...", can_wait=True)


def _has(connection: psycopg.Connection, query: str, about: str, says: str) -> Finding:
    return good(about) if _holds(connection, query) else lacking(about, says, PUSH)


def _holds(connection: psycopg.Connection, query: str) -> bool:
    [(answer,)] = connection.execute(query.encode())
    return bool(answer)
