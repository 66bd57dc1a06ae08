"""The numbers of this checkout, of which a test may falsify one."""

import pytest

from tests.architecture.contract import template
from tests.database.conftest import db, server, session_connection

from .sources import Sources

__all__ = ["db", "server", "session_connection", "sources"]


@pytest.fixture
def sources(db, monkeypatch):
    """The template, to be changed at will, and the database, to be rolled back."""
    return Sources(template(), db)
