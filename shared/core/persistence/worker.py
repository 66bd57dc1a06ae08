"""The database for workers and schedules, who hold the secret key."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from shared.core.settings import WorkerSettings

from .database import Database, open_database


class WorkerDatabase(Database):
    """`Database` with the secret key, read again at every call.

    So a key that was replaced is in use within minutes, however long a worker lives.
    """

    @override
    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        settings = WorkerSettings.read()
        key = settings.secret_key.get_secret_value()
        return open_database(str(settings.url), key).call(function, arguments)


def open_worker_database() -> WorkerDatabase:
    """Open the database with the secret key: for workers and schedules alone."""
    return WorkerDatabase()
