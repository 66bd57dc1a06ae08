"""The stack of a pull request: which branch, which name, and how it is deleted."""

import os
import sys

import boto3
import pytest

from infra.release.preview import branch_variables, stack_variables
from infra.release.steps import Stopped
from tests.open_desk import run_program

DIRECT = "postgresql://postgres:pw@db.ref.supabase.co:5432"  # pragma: allowlist secret
POOLED = "postgresql://postgres.ref:pw@pooler:6543"  # pragma: allowlist secret
PRINTED = f"""\
POSTGRES_URL="{POOLED}/postgres"
POSTGRES_URL_NON_POOLING="{DIRECT}/postgres"
SUPABASE_ANON_KEY="eyJ.anon"
SUPABASE_SERVICE_ROLE_KEY="eyJ.service"
SUPABASE_URL="https://ref.supabase.co"
"""
VERB = (sys.executable, "-m", "infra.release")
TEMPLATE = """\
Resources:
  Layer:
    Type: AWS::Lambda::LayerVersion
    Properties: {LayerName: %s, Content: {S3Bucket: artifacts, S3Key: %s/code}}
"""


def test_a_branch_has_what_a_deployment_reads():
    assert branch_variables("a-branch", PRINTED) == {
        "SUPABASE_URL": "https://ref.supabase.co",
        "SUPABASE_DB_URL": f"{DIRECT}/postgres",
        "SUPABASE_PUBLISHABLE_KEY": "eyJ.anon",
        "SUPABASE_SECRET_KEY": "eyJ.service",
    }


def test_keys_of_the_new_kind_come_first():
    newer = "SUPABASE_SECRET_KEY=sb_secret_x\nSUPABASE_PUBLISHABLE_KEY=sb_p_x\n"

    found = branch_variables("a", PRINTED + newer)

    assert found["SUPABASE_SECRET_KEY"] == "sb_secret_x"
    assert found["SUPABASE_PUBLISHABLE_KEY"] == "sb_p_x"


def test_a_branch_that_lacks_something_is_refused_without_its_secrets():
    with pytest.raises(Stopped, match="SUPABASE_URL") as refused:
        branch_variables("a", PRINTED.replace("SUPABASE_URL", "OTHER"))

    assert "eyJ" not in str(refused.value)
    assert "pw" not in str(refused.value)


def test_a_stack_is_named_by_a_number():
    assert stack_variables("7") == {"STACK_NAME": "autocrm-pr-7"}
    for number in ("", "7; rm", "../production", "autocrm"):
        with pytest.raises(Stopped):
            stack_variables(number)


@pytest.mark.slow
def test_the_stack_of_one_pull_request_is_deleted_and_no_other(aws, node_modules):
    stacks = ("autocrm", "autocrm-pr-7", "autocrm-pr-77")
    client, ssm, s3 = map(boto3.client, ("cloudformation", "ssm", "s3"))
    region = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration=region)
    for name in stacks:
        s3.put_object(Bucket="artifacts", Key=f"{name}/code", Body=b"a layer")
        client.create_stack(StackName=name, TemplateBody=TEMPLATE % (name, name))
        secret = {"Value": "x", "Type": "SecureString"}
        ssm.put_parameter(Name=f"/{name}/webhook-secrets", **secret)

    environment = {**os.environ, "AWS_REGION": "eu-west-1"}
    first = run_program(*VERB, "preview-end", "7", environment=environment)
    again = run_program(*VERB, "preview-end", "7", environment=environment)

    left = {each["StackName"] for each in client.describe_stacks()["Stacks"]}
    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert "does not exist" in again.stdout
    assert left == {"autocrm", "autocrm-pr-77"}
    kept = s3.list_objects_v2(Bucket="artifacts")["Contents"]
    assert {each["Key"] for each in kept} == {"autocrm/code", "autocrm-pr-77/code"}
    stored = {each["Name"] for each in ssm.describe_parameters()["Parameters"]}
    assert stored == {"/autocrm/webhook-secrets", "/autocrm-pr-77/webhook-secrets"}


@pytest.mark.slow
def test_without_a_branch_nothing_is_deployed(aws, tmp_path):
    cli = tmp_path / "supabase"
    cli.write_text("#!/bin/sh\necho 'Branch not found' >&2\nexit 1\n")
    cli.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}

    done = run_program(*VERB, "preview", "7", "a-branch", environment=environment)

    assert done.returncode == 1
    assert "Branch not found" in done.stderr
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
