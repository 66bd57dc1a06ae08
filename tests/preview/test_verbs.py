"""`make preview-end` against moto, and `make preview` with a CLI that has no branch."""

import os
import sys

import boto3
import pytest

from tests.connect.conftest import aws
from tests.open_desk import run_program

__all__ = ["aws"]
pytestmark = pytest.mark.slow
VERB = (sys.executable, "-m", "infra.preview")
TEMPLATE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'


def test_the_desk_of_one_pull_request_is_taken_away_and_no_other(aws):
    client = boto3.client("cloudformation")
    for name in ("autocrm", "autocrm-pr-7", "autocrm-pr-77"):
        client.create_stack(StackName=name, TemplateBody=TEMPLATE)

    ssm = boto3.client("ssm")
    for stack in ("autocrm", "autocrm-pr-7", "autocrm-pr-77"):
        name = f"/{stack}/webhook-secrets"
        ssm.put_parameter(Name=name, Value="x", Type="SecureString")
    first = run_program(*VERB, "7", environment=dict(os.environ))
    again = run_program(*VERB, "7", environment=dict(os.environ))

    left = {each["StackName"] for each in client.describe_stacks()["Stacks"]}
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "Remove  Queue" in first.stdout
    assert "There is no autocrm-pr-7." in again.stdout
    assert left == {"autocrm", "autocrm-pr-77"}
    kept = {each["Name"] for each in ssm.describe_parameters()["Parameters"]}
    assert kept == {"/autocrm/webhook-secrets", "/autocrm-pr-77/webhook-secrets"}


def test_without_a_branch_nothing_is_deployed(aws, tmp_path):
    cli = tmp_path / "supabase"
    cli.write_text("#!/bin/sh\necho 'Branch not found' >&2\nexit 1\n")
    cli.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"

    said = run_program(*VERB, "7", "a-branch", environment={**os.environ, "PATH": path})

    assert said.returncode == 1
    assert "Branch not found" in said.stderr
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
