"""A rehearsal: real SAM, CLI and database, moto for AWS, the local API."""

import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest

from infra.supabase_cli import SupabaseCli
from tests.connect.conftest import aws
from tests.database.server import EMPTY, shared_server
from tests.open_desk import ROOT, run_program

__all__ = ["aws"]
BUCKET = "rehearsal-artifacts"
RELEASE = (sys.executable, "-m", "infra.release")
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
TEMPLATE = Path(__file__).with_name("rehearsal.yaml")


@pytest.fixture(scope="session")
def server(pytestconfig):
    return shared_server(pytestconfig)


@pytest.fixture(scope="session")
def pushed(server, node_modules) -> Iterator[str]:
    """A database in which the Supabase CLI has run every migration."""
    name = server.clone(EMPTY)
    SupabaseCli(server.dsn(name)).run("db", "push", "--yes").check_returncode()
    yield name
    server.drop(name)


@pytest.fixture
def stage(request, server, desk, aws, node_modules, tmp_path):
    """Everything that a person has before their first `make deploy`.

    With `pushed` beside it every migration was pushed before, which takes seconds.
    """
    is_pushed = "pushed" in request.fixturenames
    template = request.getfixturevalue("pushed") if is_pushed else EMPTY
    region = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
    name = server.clone(template)
    environment = {
        **os.environ,
        # moto finds the bucket in the path of a URL of this host alone
        "AWS_ENDPOINT_URL": aws.replace("127.0.0.1", "localhost"),
        "SAM_CLI_POLL_DELAY": "0.2",
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SUPABASE_SECRET_KEY": desk.supabase_secret_key,
        "SUPABASE_DB_URL": server.dsn(name),
        "ANSWERS_AT": desk.api_url,
        "PUBLIC_API_URL": desk.api_url,  # moto has no outputs of a change set
        "MAIL_FROM": 'The "help" desk <desk@example.com>',
        "WEBHOOK_SECRETS": "what the database signs with",
        "DEPLOY_BUCKET": BUCKET,
        "STACK_NAME": "rehearsal",
        "HOME": str(tmp_path),
    }
    built = tmp_path / "template.yaml"
    built.write_text(TEMPLATE.read_text())

    def verb(*arguments, **changed):
        return run_program(*RELEASE, *arguments, environment=environment | changed)

    def deploy(**changed):
        return verb("deploy", f"--built={built}", "--yes", **changed)

    yield SimpleNamespace(
        deploy=deploy, verb=verb, template=built, dsn=server.dsn(name),
        environment=environment,
    )  # fmt: skip
    server.drop(name)


@pytest.fixture
def answer(stage):
    """Deploy in a terminal, where somebody types the same key at every question."""

    def answer(key, **changed):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 120))
        command = [*RELEASE, "deploy", f"--built={stage.template}"]
        with subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=stage.environment | changed,
            stdin=theirs, stdout=theirs, stderr=theirs,
        ) as program:  # fmt: skip
            os.close(theirs)
            output = unanswered = ""
            while part := _read(ours):
                plain = COLOURS.sub("", part)
                output, unanswered = output + plain, unanswered + plain
                if "● No" in unanswered:  # the Supabase CLI, which takes one key
                    os.write(ours, key.encode() or b"\r")
                    unanswered = ""
                elif unanswered.endswith("[y/N]: "):  # SAM, which takes a line
                    os.write(ours, f"{key}\n".encode())
                    unanswered = ""
        os.close(ours)
        return SimpleNamespace(returncode=program.returncode, stdout=output)

    return answer


def _read(terminal):
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the program has ended
        return ""
