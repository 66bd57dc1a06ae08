"""Every function works from what is uploaded, and from nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.build import function as building
from infra.build.sizes import zipped_size
from infra.build.target import Target
from tests.architecture.test_imports import HEAVY
from tests.bench.runtime import runtime
from tests.build.artifacts import (
    LAYERS,
    ROOT,
    Artifacts,
    environment,
    fingerprint,
    functions,
)
from tests.events import SIGNED_IN, http_event, sqs_record

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000
TRIGGER = {"job": "of a newer release"}
EVENT = {"event_id": "0b9c7c1e-6f0f-4ad5-8a1a-0a4c8a1d7f55"}
BODIES = {
    "CreateTicketFunction": {"subject": "A flat tyre", "body": "It went psst."},
    "AddCommentFunction": {"body": "It went psst again."},
    "UpdateTicketFunction": {"subject": "A flat tyre"},
    "UpdateTicketStatusFunction": {"status": "open"},
}


def events_of(function):
    """An event a trigger: to a ticket that does not exist, where it names one."""
    if not function.events:  # the scheduler starts it
        yield {}
    for event in function.events:
        if event.type == "HttpApi":
            path = re.sub(r"\{.+?\}", "1", event.properties["Path"])
            method, body = event.properties["Method"], BODIES.get(function.name)
            yield http_event(method, path, body or {}, SIGNED_IN)
        elif event.type == "SQS":
            body = TRIGGER if event.name == "Trigger" else EVENT
            yield {"Records": [sqs_record(body)]}
        else:
            yield {"id": "8f3a2f0e-6f0f-4ad5-8a1a-0a4c8a1d7f55"}


@pytest.mark.parametrize("name", functions())
def test_lambdas_own_client_runs_it_from_its_artifact_and_the_layers_alone(
    name, artifacts, client, database
):
    function = functions(database)[name]
    around = {
        "AWS_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{artifacts.python}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "PROBED": function.handler,
        "PYTHONPATH": os.pathsep.join([*artifacts.places(name), str(client)]),
        "SSL_CERT_DIR": str(artifacts.layer / "certs"),
    }
    events = json.dumps(list(events_of(function))).encode()
    # Without what this machine has put beside its Python.
    command = [sys.executable, "-S", "-B", "-m", "awslambdaric", "probe.handler"]

    with runtime() as serving:
        once = serving.answer(command, {**environment(function), **around}, events)

    assert not once.failed, once.answer
    result = json.loads(once.answer)
    assert not any("site-packages" in place for place in result["places"])
    assert result["collects"]  # `functions.cold_start` has it wait, and no longer
    assert Path(result["shared"]).is_relative_to(artifacts.folder / "SharedLayer")
    for answer in result["answers"]:
        assert (answer or {}).get("statusCode", 200) < 500, answer
    if "SUPABASE_PUBLISHABLE_KEY" in function.environment:
        assert HEAVY & set(result["loaded"]) == set()


def test_a_function_that_needs_more_than_it_carries_fails(artifacts, client, tmp_path):
    (tmp_path / "needy.py").write_text("import psycopg\n")
    places = [str(tmp_path), *artifacts.places("HealthFunction"), str(client)]
    around = {"AWS_REGION": "eu-west-1", "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-S", "-B", "-m", "awslambdaric", "needy.handler"]

    with runtime() as serving:
        once = serving.answer(command, around, b"{}")

    assert once.failed
    assert b"No module named 'psycopg'" in once.answer


def test_every_module_is_compiled_and_its_bytecode_trusted(artifacts):
    for name in (*LAYERS, "GetTicketFunction"):
        artifact = artifacts.folder / name
        modules = [path for path in artifact.rglob("*.py") if path.stat().st_size]
        compiled = list(artifact.rglob("*.pyc"))

        assert len(compiled) >= len(modules) > 0
        flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}
        assert flags == {0b01}  # by hash, unchecked (PEP 552)


def test_the_uploads_stay_small(artifacts):
    packages, shared = (zipped_size(artifacts.folder / name) for name in LAYERS)
    largest = max(zipped_size(artifacts.folder / name) for name in functions())

    assert packages < 20 * MEGABYTE
    assert shared < 0.8 * MEGABYTE
    assert largest < 0.05 * MEGABYTE


def test_a_function_holds_its_own_folder_alone(artifacts):
    folder = artifacts.folder / "GetTicketFunction"

    assert {path.name for path in folder.iterdir()} == {"LAYERS", "functions"}
    inside = {path.name for path in (folder / "functions").iterdir()}
    assert inside - {"__pycache__"} == {"__init__.py", "cold_start.py", "get_ticket"}


def test_another_layer_makes_another_function(tmp_path, monkeypatch):
    """SAM publishes a version when the code of the function itself is another."""
    for part in ("functions", "infra/locks", "shared"):
        shutil.copytree(ROOT / part, tmp_path / part)
    monkeypatch.setattr(building, "ROOT", tmp_path)
    target = Target(python="3.99")
    building.build_function("Health", tmp_path / "before", target)
    again = tmp_path / "again"
    building.build_function("Health", again, target)

    with (tmp_path / "shared" / "core" / "errors" / "kinds.py").open("a") as module:
        module.write("# another\n")
    building.build_function("Health", tmp_path / "after", target)

    assert fingerprint(again) == fingerprint(tmp_path / "before")
    assert fingerprint(again) != fingerprint(tmp_path / "after")


@pytest.mark.parametrize("name", [*LAYERS, "GetTicketFunction"])
def test_a_rebuild_gives_the_same_bytes(name, artifacts, tmp_path):
    again = Artifacts(tmp_path, artifacts.python).build(name)

    assert fingerprint(again) == fingerprint(artifacts.folder / name)


def test_an_authority_is_found_by_the_hash_of_its_subject(artifacts):
    certs = artifacts.layer / "certs"
    bundle = artifacts.layer / "python" / "certifi" / "cacert.pem"

    assert len(list(certs.iterdir())) == bundle.read_text().count("BEGIN CERTIFICATE")
    assert all(re.fullmatch(r"[0-9a-f]{8}\.\d", each.name) for each in certs.iterdir())


def test_a_missing_python_is_reported_in_a_sentence(tmp_path):
    target = {"ARTIFACTS_DIR": str(tmp_path), "PY": "3.99"}

    done = subprocess.run(
        ["make", "-s", "build-HealthFunction"],  # noqa: S607
        env={**os.environ, **target},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Python 3.99 is not installed" in done.stderr
    assert not list(tmp_path.rglob("*.pyc"))
