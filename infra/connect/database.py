"""Check the database over a read-only connection of its owner."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

import psycopg

from infra.supabase_cli import NoSupabaseCli, SupabaseCli

from .findings import Finding, good, lacking, unknown
from .migrations import PUSH, applied, migrations, migrations_of
from .read_only import open_database

SECRETS: Final = ("autocrm_webhook_url", "autocrm_webhook_secret")
HOOK: Final = """
select exists(
    select from pg_proc as f
    where f.oid = to_regprocedure('private.custom_access_token_hook(jsonb)')
        and has_function_privilege('supabase_auth_admin', f.oid, 'execute')
)
"""
REALTIME: Final = """
select count(*) = 3 from pg_policies
where schemaname = 'realtime' and tablename = 'messages' and policyname in (
    'people listen to what they may see',
    'staff of the queue see who is viewing a ticket',
    'staff of the queue report that they are viewing a ticket'
)
"""
NET: Final = "select exists(select from pg_extension where extname = 'pg_net')"
VAULT: Final = "select name from vault.decrypted_secrets where name = any(%s)"
# They pin no search path, so that they can be inlined; their bodies, parsed when they
# are created, need none.
BOUND: Final = """
select proname from pg_proc
where pronamespace = to_regnamespace('private') and prosqlbody is not null
"""
WEBHOOK_URL: Final = """
select decrypted_secret from vault.decrypted_secrets where name = 'autocrm_webhook_url'
"""
CONNECT: Final = "the button Connect of the project's dashboard"
REFUSALS: Final = (
    (
        ("resolve host", "translate host name", "Name or service not known"),
        "DNS does not know the host in SUPABASE_DB_URL.",
        f"{CONNECT}; without IPv6, the address of its pooler",
    ),
    (
        ("password authentication failed", "no password supplied", "SASL"),
        "the password, or the user, in SUPABASE_DB_URL is wrong.",
        "the project's dashboard, Database, Settings: reset the password",
    ),
    (
        ("SSL", "certificate", "TLS"),
        "the connection cannot be encrypted as SUPABASE_DB_URL says.",
        "its sslmode and sslrootcert; Supabase offers TLS on every address",
    ),
    (
        ("no connection string",),
        "SUPABASE_DB_URL is no connection string; its password may need %-encoding.",
        CONNECT,
    ),
    (
        ("refused", "timeout", "unreachable"),
        "nothing answers at the address in SUPABASE_DB_URL.",
        "the project may be paused, or this network closes the port",
    ),
)
"""What libpq and psycopg say, what it means and what helps."""
ADMIN: Final = "select exists(select from public.person_roles where role = 'admin')"


class Database:
    """Checks of one database.

    Args:
        environment: has its connection string.
        api_url: where the deployed API answers, if it is known.
    """

    def __init__(self, environment: Mapping[str, str], api_url: str | None) -> None:
        self._dsn = environment.get("SUPABASE_DB_URL", "")
        self._limits = environment.get("LIMIT_BY_ADDRESS") == "true"
        self._api_url = api_url

    def checks(self) -> Iterator[Finding]:
        """Check the migrations, then what depends on them."""
        if not self._dsn:
            message = "SUPABASE_DB_URL is not set, and migrations come before code."
            yield lacking("database", message, CONNECT)
            return
        try:
            with open_database(self._dsn) as connection:
                yield good("database", f"user {connection.info.user}")
                yield from self._inside(connection)
        except psycopg.OperationalError as error:
            yield lacking("database", *_refusal(str(error)))
            return
        yield self._advisors()

    def _inside(self, connection: psycopg.Connection) -> Iterator[Finding]:
        yield migrations(connection)
        if not set(migrations_of()) <= set(applied(connection)):
            return  # what follows would be missing for that reason alone
        yield _has(connection, NET, "pg_net", "the database cannot call functions.")
        yield _has(
            connection, HOOK, "hook's rights", "Auth may not call the token hook."
        )
        yield _has(
            connection,
            REALTIME,
            "Realtime rules",
            "people may not receive what they should.",
        )
        yield self._vault(connection)
        yield self._addresses(connection)
        yield _administrator(connection)

    def _vault(self, connection: psycopg.Connection) -> Finding:
        about, rows = "Vault", connection.execute(VAULT, [list(SECRETS)])
        absent = sorted(set(SECRETS) - {name for (name,) in rows})
        if absent:
            message = f"{' and '.join(absent)} not set: events take up to a minute."
            address = self._api_url or "https://<your api>"
            value = (
                f"{address}/v1/hooks/database" if SECRETS[0] in absent else "<value>"
            )
            fix = f"select vault.create_secret('{value}', '{absent[-1]}')"
            return lacking(about, message, f"in the SQL editor: {fix}", can_wait=True)
        return self._webhook_url(about, connection)

    def _webhook_url(self, about: str, connection: psycopg.Connection) -> Finding:
        """Compare the address alone: it is not a secret, unlike its neighbour."""
        [(address,)] = connection.execute(WEBHOOK_URL)
        if self._api_url and not str(address).startswith(f"{self._api_url}/"):
            message = "autocrm_webhook_url is not the address of this deployment."
            fix = f"vault.update_secret to {self._api_url}/v1/hooks/database"
            return lacking(about, message, fix, can_wait=True)
        return good(about)

    def _addresses(self, connection: psycopg.Connection) -> Finding:
        """Check that the database and the functions have the secret, or neither."""
        about, name = "limit by address", "autocrm_source_secret"
        in_vault = bool(connection.execute(VAULT, [[name]]).fetchall())
        if in_vault and not self._limits:
            message = (
                "the Vault has the secret that proves addresses, functions have not."
            )
            fix = "export LIMIT_BY_ADDRESS=true SUPABASE_SOURCE_SECRET=..."
            return lacking(about, message, fix, can_wait=True)
        if self._limits and not in_vault:
            message = f"{name} not set: people are limited, addresses are not."
            fix = f"in the SQL editor: select vault.create_secret('<value>', '{name}')"
            return lacking(about, message, fix, can_wait=True)
        return good(about, "on" if in_vault else "off; see LimitByAddress")

    def _advisors(self) -> Finding:
        about = "advisors"
        try:
            done = SupabaseCli(self._dsn, read_only=True).run(
                "db", "advisors", "--level", "warn", "--output-format", "json"
            )
            advice = json.loads(done.stdout or "{}")["results"]
            with open_database(self._dsn) as connection:
                bound = {name for (name,) in connection.execute(BOUND)}
        except NoSupabaseCli as error:
            return unknown(about, str(error))
        except (ValueError, KeyError):
            return unknown(about, "the Supabase CLI could not run them.")
        advice = [each for each in advice if each["metadata"].get("name") not in bound]
        if advice:
            names = ", ".join(sorted({each["name"] for each in advice}))
            fix = "supabase db advisors --remote"
            return lacking(about, f"they warn of {names}.", fix, can_wait=True)
        return good(about, "no warning")


def _refusal(error: str) -> tuple[str, str]:
    """Return what kept the database closed, and what helps; never the address."""
    for words, message, fix in REFUSALS:
        if any(each in error for each in words):
            return message, fix
    return "SUPABASE_DB_URL does not open a database.", CONNECT


def _administrator(connection: psycopg.Connection) -> Finding:
    if _holds(connection, ADMIN):
        return good("administrator")
    message = "there is none yet; sign up first."
    return lacking("administrator", message, "make admin EMAIL=...", can_wait=True)


def _has(
    connection: psycopg.Connection, query: str, about: str, message: str
) -> Finding:
    return good(about) if _holds(connection, query) else lacking(about, message, PUSH)


def _holds(connection: psycopg.Connection, query: str) -> bool:
    [(answer,)] = connection.execute(query.encode())
    return bool(answer)
