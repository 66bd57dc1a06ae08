"""A desk for each test: in a transaction rolled back, or a database of its own."""

from contextlib import ExitStack

import psycopg
import pytest

from .desk import Desk, serving


@pytest.fixture(scope="session")
def server():
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def session_connection(server):
    name = server.clone()
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        yield connection


@pytest.fixture
def desk(session_connection):
    """The desk within a transaction that is rolled back."""
    with session_connection.transaction(force_rollback=True):
        yield Desk(session_connection)


@pytest.fixture
def office(server):
    """Opens desks, each with its own connection, on one new database."""
    name = server.clone()
    with ExitStack() as stack:

        def open_desk() -> Desk:
            made = psycopg.connect(server.dsn(name), autocommit=True)
            return Desk(stack.enter_context(made))

        yield open_desk
    server.drop(name)
