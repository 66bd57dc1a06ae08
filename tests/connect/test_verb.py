"""`make connect` as a person runs it, against the local stack."""

import os
import sys

import pytest

from tests.open_desk import run_program

pytestmark = pytest.mark.slow
VERB = (sys.executable, "-m", "infra.connect")


@pytest.fixture
def environment(desk, node_modules):
    return {
        **os.environ,
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SUPABASE_SECRET_KEY": desk.supabase_secret_key,
        "SUPABASE_DB_URL": desk.database_url,
        "WEBHOOK_SECRETS": "the secret of the database",
        "MAIL_FROM": "desk@example.com",
        "AWS_ENDPOINT_URL": desk.aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "a secret of aws",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }


def test_it_prints_the_result_of_each_check_and_no_secret(environment, desk):
    done = run_program(*VERB, environment=environment)

    assert done.returncode == 1  # nothing is deployed to the stand-in of AWS
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("ok") and "migrations" in line for line in lines)
    assert any(line.startswith("missing") and "stack" in line for line in lines)
    assert any(line.startswith("cannot tell") and "hook" in line for line in lines)
    for secret in (
        desk.supabase_secret_key,
        desk.database_url,
        desk.database_url.split(":")[2].split("@")[0],
        environment["WEBHOOK_SECRETS"],
        environment["AWS_SECRET_ACCESS_KEY"],
    ):
        assert secret not in done.stdout + done.stderr


def test_with_nothing_set_it_asks_for_what_it_needs_first(tmp_path):
    done = run_program(
        *VERB, environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    )

    assert done.returncode == 1
    for name in ("SUPABASE_URL", "SUPABASE_DB_URL", "WEBHOOK_SECRETS", "AWS_REGION"):
        assert name in done.stdout
