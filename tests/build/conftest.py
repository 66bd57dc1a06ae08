import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from infra.build.function import build_function
from infra.build.target import Target
from tests.build.artifacts import ARCH, LAYERS, Artifacts, functions
from tests.fakes import NOT_FOUND, fake_postgrest

RESULTS = {
    "claim_bulk_update": None,
    "claim_emails": [],
    "claim_file_checks": [],
    "claim_missed_events": [],
    "claim_webhook_deliveries": [],
    "close_solved_tickets": 0,
    "due_jobs": [],
    "fill_field_values": None,
    "next_recompute_chunk": None,
    "sweep_due_times": {
        "swept": 0,
        "breached": 0,
        "warned": 0,
        "escalated": 0,
        "outdated": [],
    },
    "event_lag": {"pending": 0, "dead_lettered": 0, "oldest_seconds": 0},
    "delete_old_bulk_updates": 0,
    "delete_old_notifications": 0,
    "delete_old_webhook_deliveries": 0,
    "health": {"status": "ok"},
    "queue_metrics": [],
    "read_event": None,
    "release_idle_tickets": 0,
    "sweep_files": [],
    "run_automations": 0,
    "count_report_day": None,
    "broadcast_queue_statuses": None,
    "queues_due_for_assignment": [],
}


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory):
    """Everything that `make build` builds, for the Python of these tests."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    built = Artifacts(tmp_path_factory.mktemp("build"), version)
    for name in LAYERS:
        built.build(name)
    target = Target.from_environment({"PY": version, "ARCH": ARCH})
    for name in functions():
        build_function(name.removesuffix("Function"), built.folder / name, target)
    return built


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """Lambda's runtime client by itself, without its neighbours here, and the probe."""
    folder = tmp_path_factory.mktemp("client")
    for name in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), folder / file)
    shutil.copy(Path(__file__).with_name("probe.py"), folder)
    return folder


@pytest.fixture(scope="session")
def database():
    """The address of a PostgREST that knows no ticket."""
    with fake_postgrest(otherwise=NOT_FOUND) as rest:
        rest.results |= RESULTS
        yield rest.url
