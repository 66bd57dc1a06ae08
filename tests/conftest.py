"""What every test may ask for: the whole desk, opened once a session."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Desk

from .open_desk import OpenDesk, open_desk


@pytest.fixture(scope="session")
def opened() -> Iterator[OpenDesk]:
    """The real template over a migrated and seeded platform, on free ports."""
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        yield it


@pytest.fixture(scope="session")
def desk(opened: OpenDesk) -> Desk:
    """Where the opened desk is, and its keys."""
    return opened.desk
