"""A database for each test: in a transaction rolled back, or one of its own."""

from contextlib import ExitStack

import pytest

from .acting import ActingConnection
from .server import EMPTY, SEEDED, open_connection, shared_server


@pytest.fixture(scope="session")
def server(pytestconfig):
    return shared_server(pytestconfig)


@pytest.fixture(scope="session")
def session_connection(server):
    database = server.clone(SEEDED)
    with open_connection(server.dsn(database)) as connection:
        yield connection


@pytest.fixture
def db(session_connection):
    """The seeded database, in a transaction that is rolled back."""
    with session_connection.transaction(force_rollback=True):
        yield ActingConnection(session_connection)


@pytest.fixture
def connect(server):
    """Opens connections to one new seeded database."""
    database = server.clone(SEEDED)
    with ExitStack() as stack:
        yield lambda: ActingConnection(
            stack.enter_context(open_connection(server.dsn(database)))
        )
    server.drop(database)


@pytest.fixture
def empty_database(server):
    """The name of a database that nothing was migrated into."""
    database = server.clone(EMPTY)
    yield database
    server.drop(database)
