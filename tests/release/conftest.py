"""A rehearsal: real SAM, CLI and database, moto for AWS, the local desk for the API."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from tests.connect.conftest import aws
from tests.database.server import EMPTY, shared_server
from tests.open_desk import ROOT, run_program

__all__ = ["aws"]
BUCKET = "rehearsal-artifacts"
RELEASE = (sys.executable, "-m", "infra.release")
TEMPLATE = Path(__file__).with_name("rehearsal.yaml")


@pytest.fixture(scope="session")
def server(pytestconfig):
    return shared_server(pytestconfig)


@pytest.fixture
def stage(server, desk, aws, node_modules, tmp_path) -> Iterator[SimpleNamespace]:
    """Everything that a person has before their first `make deploy`."""
    place = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    name = server.clone(EMPTY)
    environment = {
        **os.environ,
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SUPABASE_SECRET_KEY": desk.supabase_secret_key,
        "SUPABASE_DB_URL": server.dsn(name),
        "ANSWERS_AT": desk.api_url,
        "PUBLIC_API_URL": desk.api_url,  # moto tells no output of a first deployment
        "WEBHOOK_SECRETS": "what the database signs with",
        "DEPLOY_BUCKET": BUCKET,
        "STACK_NAME": "rehearsal",
        "HOME": str(tmp_path),
    }
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE.read_text())

    def verb(*arguments, **changed):
        return run_program(*RELEASE, *arguments, environment=environment | changed)

    def deploy(**changed):
        return verb("--yes", "deploy", f"--built={template}", **changed)

    yield SimpleNamespace(
        deploy=deploy, verb=verb, template=template, dsn=server.dsn(name),
        environment=environment,
    )  # fmt: skip
    server.drop(name)


@pytest.fixture
def answer(stage):
    """Run a verb at a terminal, where somebody answers each question."""

    def answer(said, *arguments):
        ours, theirs = pty.openpty()
        try:
            os.write(ours, f"{said}\n".encode() * 9)
            return subprocess.run(  # noqa: S603
                [*RELEASE, *arguments], cwd=ROOT, env=stage.environment, stdin=theirs,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            os.close(ours)
            os.close(theirs)

    return answer
