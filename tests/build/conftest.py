import shutil
import sys
from importlib.metadata import distribution

import pytest

from tests.build.artifacts import LAYERS, Artifacts, functions
from tests.fakes import NOT_FOUND, fake_postgrest

RESULTS = {
    "claim_bulk_update": None,
    "claim_emails": [],
    "claim_missed_events": [],
    "claim_webhook_deliveries": [],
    "close_solved_tickets": 0,
    "due_jobs": [],
    "fill_field_values": None,
    "event_lag": {"pending": 0, "dead_lettered": 0, "oldest_seconds": 0},
    "delete_old_bulk_updates": 0,
    "delete_old_notifications": 0,
    "delete_old_webhook_deliveries": 0,
    "health": {"status": "ok"},
    "queue_metrics": [],
    "read_event": None,
    "release_idle_tickets": 0,
    "broadcast_queue_statuses": None,
    "queues_due_for_assignment": [],
}


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    """Everything that `make build` builds, for the Python of these tests."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    built = Artifacts(tmp_path_factory.mktemp("build"), version)
    for name in (*LAYERS, *functions()):
        built.build(name)
    return built


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """Lambda's runtime client by itself, without its neighbours here."""
    folder = tmp_path_factory.mktemp("client")
    for name in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), folder / file)
    return folder


@pytest.fixture(scope="session")
def database():
    """The address of a PostgREST that knows no ticket."""
    with fake_postgrest(otherwise=NOT_FOUND) as rest:
        rest.results |= RESULTS
        yield rest.url
