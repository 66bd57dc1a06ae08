"""A database for each test: in a transaction rolled back, or one of its own."""

from contextlib import ExitStack

import pytest

from .acting import PATIENCE, ActingConnection
from .permissions import CALLER, build_world
from .personas import sign_up
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


@pytest.fixture(scope="module")
def world(session_connection):
    """One of everything that commands are about, made once for a module."""
    with session_connection.transaction(force_rollback=True):
        sign_up(session_connection, CALLER)
        yield build_world(ActingConnection(session_connection))


@pytest.fixture
def connect(server):
    """Opens connections to one new seeded database.

    Whoever waits for a lock too long is refused, so a test whose other transaction
    never ends fails and hangs nobody.
    """
    database = server.clone(SEEDED)
    with ExitStack() as stack:
        stack.callback(server.drop, database)  # last, and ends what is left
        yield lambda: ActingConnection(
            stack.enter_context(open_connection(server.dsn(database), **PATIENCE))
        )


@pytest.fixture
def empty_database(server):
    """The name of a database that nothing was migrated into."""
    database = server.clone(EMPTY)
    yield database
    server.drop(database)
