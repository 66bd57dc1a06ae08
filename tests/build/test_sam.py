"""SAM itself takes the template, and builds what its targets build."""

import os
import subprocess

import pytest

from tests.build.artifacts import ARCH, ROOT, Artifacts, fingerprint

pytestmark = pytest.mark.slow
SAM = ROOT / ".autocrm" / "sam" / "bin" / "sam"
QUIET = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}


def sam(*words, **variables):
    return subprocess.run(  # noqa: S603
        [str(SAM), *words],
        cwd=ROOT,
        env={**os.environ, **QUIET, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def validate(template):
    return sam("validate", "--lint", "--template-file", str(template))


def test_sam_finds_nothing():
    done = validate(ROOT / "template.yaml")

    assert done.returncode == 0, done.stdout + done.stderr


def test_sam_would_say_something(tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources: {Jobs: {Type: AWS::SQS::Queue}}\n"
        "Outputs: {Moon: {Value: !Ref Nowhere}}\n"
    )

    done = validate(template)

    assert done.returncode == 1
    assert "Nowhere" in done.stdout + done.stderr


def test_sam_builds_what_the_target_builds(artifacts: Artifacts, tmp_path):
    build = ["--build-in-source", "--build-dir", str(tmp_path)]

    done = sam("build", "HealthFunction", *build, PY=artifacts.python, ARCH=ARCH)

    assert done.returncode == 0, done.stderr
    built = fingerprint(tmp_path / "HealthFunction")
    assert built == fingerprint(artifacts.folder / "HealthFunction")
