"""The deployed stack, its parameters and secrets, and its releases."""

import boto3
import pytest
import yaml

from infra.local.cloud.template import load_document
from infra.release.releases import Release, fetch_template, store_template
from infra.stack import (
    LiveStack,
    Parameter,
    Secret,
    deployed_template,
    open_session,
    overrides,
    parameters_of,
    secrets_of,
    stack_name,
)
from tests.open_desk import ROOT

RELEASE = Release("20261127T060000Z", "abc", "20261127090100", "s3://b/before")
TEMPLATE = """\
Metadata: {Other: 1}
Resources:
  Events: {Type: 'AWS::SQS::Queue'}
Outputs:
  ApiUrl: {Value: 'https://x'}
"""


@pytest.fixture
def cloudformation(aws):
    return boto3.client("cloudformation")


@pytest.fixture
def stamped(tmp_path):
    built = tmp_path / "template.yaml"
    built.write_text(TEMPLATE)
    return RELEASE.stamp(built)


def test_a_parameter_is_the_variable_of_the_same_name():
    ours = parameters_of(load_document(ROOT / "template.yaml"))

    variables = {each.name: each.variable for each in ours}
    assert variables["SupabaseUrl"] == "SUPABASE_URL"
    assert variables["LimitByAddress"] == "LIMIT_BY_ADDRESS"
    assert variables["Arch"] == "ARCH"


def test_a_parameter_has_the_value_of_its_variable_or_is_left_out():
    template = {"Parameters": {"SetHere": {"Default": "x"}, "Empty": {}, "Unset": {}}}

    assert overrides(template, {"SET_HERE": "y", "EMPTY": ""}) == {"SetHere": "y"}
    assert parameters_of(template)[:2] == [
        Parameter("SetHere", "x"),
        Parameter("Empty", None),
    ]


def test_secrets_are_stored_where_the_template_of_that_stack_reads_them():
    text = (ROOT / "template.yaml").read_text()
    three = secrets_of("desk", {"LIMIT_BY_ADDRESS": "true"})
    two = [
        Secret("SUPABASE_SECRET_KEY", "/desk/supabase-secret-key"),
        Secret("WEBHOOK_SECRETS", "/desk/webhook-secrets"),
    ]

    assert secrets_of("desk", {}) == secrets_of("desk", {"LIMIT_BY_ADDRESS": ""}) == two
    assert {*three} - {*two} == {
        Secret("SUPABASE_SOURCE_SECRET", "/desk/supabase-source-secret")
    }
    for variable, path in three:
        read = path.replace("/desk/", "/${AWS::StackName}/")
        assert f'{variable}_PARAMETER: !Sub "{read}"' in text.replace(
            "!If [LimitsByAddress, ", ""
        )


def test_a_release_describes_itself_in_its_template(stamped):
    template = yaml.safe_load(stamped.read_text())

    assert template["Metadata"]["Other"] == 1
    assert template["Resources"] == yaml.safe_load(TEMPLATE)["Resources"]
    assert Release.of(stamped.read_text()) == RELEASE
    assert Release.of(TEMPLATE) is None
    assert Release.of("") is None


@pytest.mark.parametrize(
    ("artifact", "bucket"),
    [
        ("", "a-bucket"),
        ("# CodeUri: s3://beside-artifacts/stack/1", "beside-artifacts"),
    ],
)
def test_a_template_is_stored_with_its_artifacts(aws, stamped, artifact, bucket):
    s3 = boto3.client("s3")
    region = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
    text = stamped.read_text().replace("s3://b/before", "") + artifact

    address = store_template(s3, "small", text, "a-bucket")

    assert address == f"s3://{bucket}/small/{RELEASE.name}.template"
    assert fetch_template(s3, address) == text
    assert store_template(s3, "small", TEMPLATE, "a-bucket") == ""


@pytest.mark.parametrize(
    "body", [TEMPLATE, '{"Resources": {"A": {"Type": "x::y::z"}}}']
)
def test_a_stack_is_found_with_its_template(cloudformation, body):
    body = body.replace("x::y::z", "AWS::SQS::Queue")
    cloudformation.create_stack(StackName="small", TemplateBody=body)

    assert LiveStack.find(cloudformation, "small").status == "CREATE_COMPLETE"
    assert LiveStack.find(cloudformation, "other") is None
    text = deployed_template(cloudformation, "small")
    assert yaml.safe_load(text) == yaml.safe_load(body)


def test_a_stack_has_the_address_of_its_api(cloudformation):
    cloudformation.create_stack(StackName="small", TemplateBody=TEMPLATE)

    assert LiveStack.find(cloudformation, "small").api_url == "https://x"


def test_a_change_set_that_was_declined_is_no_stack(cloudformation):
    cloudformation.create_change_set(
        StackName="small", ChangeSetName="first", ChangeSetType="CREATE",
        TemplateBody=TEMPLATE,
    )  # fmt: skip

    assert LiveStack.find(cloudformation, "small") is None


def test_names_come_from_the_environment():
    assert stack_name({}) == "autocrm"
    assert stack_name({"STACK_NAME": "autocrm-pr-7"}) == "autocrm-pr-7"
    assert open_session({"AWS_REGION": "eu-north-1"}).region_name == "eu-north-1"
