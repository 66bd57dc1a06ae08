"""The people of the demonstration, and a view of every table."""

from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.open_desk import eventually

from .person import Person

NAMES = ("customer", "customer2", "agent", "agent2", "lead", "admin")
# Schedules send emails and broadcast queue statuses meanwhile; and a request that
# changes nothing still counts towards the limits.
TABLES = """
select schemaname, tablename from pg_tables
where schemaname in ('public', 'private')
    and tablename not in (
        'emails', 'email_events', 'queue_status_broadcasts', 'command_counts'
    )
order by schemaname, tablename
"""
# Short ones are in any text.
TEXTS = """
select subject from public.tickets where length(subject) > 8
union select left(body, 60) from public.comments where length(body) > 8
"""
SECRETS = "select decrypted_secret from vault.decrypted_secrets where name ~ 'secret'"
PENDING = "select count(*) from private.outbox"
DIGEST = "select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from {} t"


@pytest.fixture(scope="session", autouse=True)
def no_unexpected_failure(opened):
    """No function has logged an unexpected failure, whatever was sent."""
    yield
    logs = [log.read_text() for log in opened.home.function_logs.iterdir()]
    failures = [
        line
        for log in logs
        for line in log.splitlines()
        if any(mark in line for mark in ("unexpected failure", "Traceback", "ERROR"))
    ]
    assert logs
    assert failures == []


@pytest.fixture(scope="session", autouse=True)
def no_secret(opened, people, database):
    """No function has logged a secret, a person or what they wrote."""
    yield
    people.customer.open_ticket()  # so that something is logged, whichever tests ran
    reactions = opened.home.function_logs / "ProcessEventsFunction.log"
    eventually(lambda: reactions.exists() and '"reacted"' in reactions.read_text())
    names = [name for (name,) in database.execute("select name from public.people")]
    secrets = {
        *(person.token for person in vars(people).values()),
        opened.desk.supabase_secret_key,
        opened.desk.supabase_publishable_key,
        opened.desk.demo_password,
        *(text for (text,) in database.execute(SECRETS)),
        *(text for (text,) in database.execute(TEXTS)),
        *names,
        "Bearer ",
        "eyJ",  # how every token begins
        "@example.com",
        "whsec_",
    }
    logs = [log.read_text() for log in opened.home.function_logs.iterdir()]
    lines = [line for log in logs for line in log.splitlines()]
    assert any('"reacted"' in line for line in lines)
    assert len(secrets) > 20
    found = {text for text in secrets for line in lines if text in line}
    assert found == set()


@pytest.fixture(scope="session")
def http():
    with httpx.Client(timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def people(desk, http):
    """Everybody who signs in, by the name before their @."""
    return SimpleNamespace(**{name: Person(desk, http, name) for name in NAMES})


@pytest.fixture(scope="session")
def database(desk):
    """The database, past every API."""
    with psycopg.connect(desk.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def tables(database):
    return database.execute(TABLES).fetchall()


@pytest.fixture(scope="session")
def unchanged(database, tables):
    """A block that leaves every row of every table as it was."""

    def digest():
        # Events of earlier requests may still be processed; wait until none is pending.
        eventually(lambda: database.execute(PENDING).fetchone() == (0,))
        return {
            table: database.execute(
                sql.SQL(DIGEST).format(sql.Identifier(*table))
            ).fetchone()
            for table in tables
        }

    @contextmanager
    def unchanged():
        before = digest()
        yield
        after = digest()
        assert [table for table in tables if before[table] != after[table]] == []

    return unchanged
