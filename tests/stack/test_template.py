"""The template as the gateway reads it."""

from pathlib import Path

import pytest

from infra.local.cloud.template import AwsAccount, TemplateError, read_template

from .conftest import SAMPLE

PLACE = AwsAccount(endpoint="http://127.0.0.1:1")


def read(text: str, folder: Path, **parameters: str):
    file = folder / "template.yaml"
    file.write_text(text)
    return read_template(file, parameters, PLACE)


def function(properties: str) -> str:
    return (
        "Parameters: {Stage: {Type: String, Default: dev}}\n"
        "Conditions:\n"
        "  Production: !Equals [!Ref Stage, prod]\n"
        "  Local: !Not [!Equals [!Ref Stage, prod]]\n"
        "Resources:\n"
        "  Jobs: {Type: AWS::SQS::Queue}\n"
        "  Api: {Type: AWS::Serverless::HttpApi}\n"
        "  Work:\n"
        "    Type: AWS::Serverless::Function\n"
        f"    Properties: {{Handler: a.b, {properties}}}\n"
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref Jobs", "http://127.0.0.1:1/123456789012/Jobs"),
        ("!GetAtt Jobs.Arn", "arn:aws:sqs:eu-west-1:123456789012:Jobs"),
        ("!GetAtt Jobs.QueueName", "Jobs"),
        ("!GetAtt Work.Arn", "arn:aws:lambda:eu-west-1:123456789012:function:Work"),
        ("!Ref Work.Alias", "arn:aws:lambda:eu-west-1:123456789012:function:Work:live"),
        ('!Sub "${Stage}-${AWS::Partition}"', "dev-aws"),
        ("!If [Production, a, b]", "b"),
        ("!If [Local, a, b]", "a"),
        ("true", "true"),
        ("15", "15"),
    ],
)
def test_an_intrinsic_is_resolved(tmp_path: Path, expression: str, value: str):
    text = function(f"Environment: {{Variables: {{V: {expression}}}}}")

    template = read(text, tmp_path)

    assert template.functions["Work"].environment == {"V": value}


def test_no_value_removes_the_variable(tmp_path: Path):
    text = function(
        "Environment: {Variables: {V: !If [Production, a, !Ref AWS::NoValue]}}"
    )

    template = read(text, tmp_path)

    assert template.functions["Work"].environment == {}


def test_a_parameter_overrides_its_default(tmp_path: Path):
    text = function("Environment: {Variables: {V: !Ref Stage}}")

    template = read(text, tmp_path, Stage="prod")

    assert template.functions["Work"].environment == {"V": "prod"}


@pytest.mark.parametrize(
    ("parameters", "origins"),
    [({}, ["a", "b"]), ({"Origins": "c"}, ["c"]), ({"Origins": "c, d"}, ["c", "d"])],
)
def test_a_list_is_written_with_commas(
    tmp_path: Path, parameters: dict, origins: list[str]
):
    listed = "{Origins: {Type: CommaDelimitedList, Default: 'a,b'}, Stage"
    text = function("Timeout: 1").replace("{Stage", listed, 1)
    api = "HttpApi, Properties: {CorsConfiguration: {AllowOrigins: !Ref Origins}}}"

    template = read(text.replace("HttpApi}", api), tmp_path, **parameters)

    [(_, properties)] = template.of_type("AWS::Serverless::HttpApi")
    assert properties["CorsConfiguration"]["AllowOrigins"] == origins


def test_globals_lie_under_a_functions_own_properties():
    template = read_template(SAMPLE / "template.yaml", {"Greeting": "Hi"}, PLACE)

    echo, sleep = (
        template.functions[name] for name in ("EchoFunction", "SleepFunction")
    )

    assert echo.environment["GREETING"] == "Hi"
    assert echo.environment["LINE"] == "Hi from eu-west-1"
    assert (echo.timeout, sleep.timeout) == (5, 1)
    assert (echo.concurrency, sleep.concurrency) == (4, 1)


def test_a_resource_whose_condition_is_false_does_not_exist():
    template = read_template(SAMPLE / "template.yaml", {"Greeting": "Hi"}, PLACE)

    assert "NeverFunction" not in template.functions


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ("Timeout: !Select [0, [1]]", "does not know Fn::Select"),
        ("Timeout: !If [{Fn::Or: []}, 1, 2]", "does not know Fn::Or"),
        ("Timeout: !Ref Missing", "refers to Missing"),
    ],
)
def test_what_cannot_be_resolved_is_named(
    tmp_path: Path, properties: str, complaint: str
):
    with pytest.raises(TemplateError, match=complaint):
        read(function(properties), tmp_path)


@pytest.mark.parametrize("text", ["a: [", "Description: empty"])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str):
    with pytest.raises(TemplateError):
        read(text, tmp_path)


def test_a_missing_template_is_refused(tmp_path: Path):
    with pytest.raises(TemplateError, match="cannot be read"):
        read_template(tmp_path / "none.yaml", {}, PLACE)
