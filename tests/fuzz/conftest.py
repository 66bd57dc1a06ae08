"""The database of the cast, for the check itself."""

import pytest

from tests.database.desk import Desk
from tests.database.server import DESK, open_connection, shared_server


@pytest.fixture
def desk_of_the_cast(pytestconfig):
    server = shared_server(pytestconfig)
    database = server.clone(DESK)
    with open_connection(server.dsn(database)) as connection:
        yield Desk(connection)
    server.drop(database)
