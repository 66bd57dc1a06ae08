"""The database of the cast, for the check itself."""

import pytest

from tests.database.acting import ActingConnection
from tests.database.server import SEEDED, open_connection, shared_server


@pytest.fixture
def desk_of_the_cast(pytestconfig):
    server = shared_server(pytestconfig)
    database = server.clone(SEEDED)
    with open_connection(server.dsn(database)) as connection:
        yield ActingConnection(connection)
    server.drop(database)
