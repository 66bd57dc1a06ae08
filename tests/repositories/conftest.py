"""The repositories over the real PostgREST, as the personas of the database tests."""

import pytest

from tests.database.acting import ActingConnection
from tests.database.server import SEEDED, open_connection, shared_server

from .api import serving


@pytest.fixture(scope="session")
def server(pytestconfig):
    return shared_server(pytestconfig)


@pytest.fixture(scope="session")
def api(server):
    """A database of these tests; each test makes the tickets it is about."""
    with serving(server, server.clone(SEEDED)) as api:
        yield api


@pytest.fixture
def doomed_api(server):
    """A database that a test may take away."""
    with serving(server, server.clone(SEEDED)) as api:
        yield api


@pytest.fixture
def watch(api):
    """A connection of its own to the database of the tests."""
    with open_connection(api.dsn) as connection:
        yield ActingConnection(connection)
