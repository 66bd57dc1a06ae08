"""The locks hold what pyproject.toml asks for, exactly, with hashes and no address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.open_desk import ROOT

PIN = re.compile(r"^(?P<pin>[a-z0-9][^\\]*?) \\$", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PYTHONS = ("3.11", "3.13")


def group(name):
    """The requirements of a dependency group, those of included groups too."""
    for each in PROJECT["dependency-groups"][name]:
        if isinstance(each, dict):
            yield from group(each["include-group"])
        else:
            yield each


RUNTIME = PROJECT["project"]["dependencies"]
REQUIREMENTS = {
    "runtime.txt": RUNTIME,
    "local.txt": [*RUNTIME, *group("local")],
    "uv.txt": list(group("uv")),
    "dev.txt": [*RUNTIME, *group("dev")],
    "sam.txt": list(group("sam")),
}


def lock(name):
    return (ROOT / "infra" / "locks" / name).read_text()


def pins(text, python):
    """The pinned version of each package, as pip on Linux reads a lock."""
    where = {"python_version": python, "python_full_version": f"{python}.0"}
    for line in PIN.findall(text):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(where):
            yield canonicalize_name(pin.name), pin


def lacking(required, text, python):
    """Say what of the requirements a lock does not hold."""
    held = dict(pins(text, python))
    for requirement in map(Requirement, required):
        pin = held.get(canonicalize_name(requirement.name))
        if pin is None:
            yield f"{requirement} is not locked"
        elif not requirement.extras <= pin.extras:
            yield f"{requirement} is locked without its extras"
        elif [each.operator for each in pin.specifier] != ["=="]:
            yield f"{pin} is not one version"
        elif not all(requirement.specifier.contains(v.version) for v in pin.specifier):
            yield f"{pin} is not what is required, {requirement}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", REQUIREMENTS)
def test_a_lock_holds_what_the_project_asks_for(name, python):
    assert list(lacking(REQUIREMENTS[name], lock(name), python)) == []


@pytest.mark.parametrize("name", [*REQUIREMENTS, "node.txt"])
def test_every_pin_has_a_hash_and_nothing_names_a_host_or_a_place(name):
    text = lock(name)
    lines = [line.strip() for line in text.splitlines()]

    starts = [number for number, line in enumerate(lines) if PIN.match(f"{line}")]
    assert starts
    assert all(lines[number + 1].startswith("--hash=sha256:") for number in starts)
    assert all(
        line.startswith(("--hash=", *"abcdefghijklmnopqrstuvwxyz")) for line in lines
    )
    assert not re.search(r"://|/|--index|@ ", text)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("used", ["runtime.txt", "local.txt", "uv.txt"])
def test_what_is_tested_is_what_is_used(used, python):
    tested = dict(pins(lock("dev.txt"), python))

    for name, pin in pins(lock(used), python):
        assert tested[name].specifier == pin.specifier


@pytest.mark.parametrize(
    ("required", "message"),
    [
        ("left-pad", "left-pad is not locked"),
        ("httpx[zstd]", "without its extras"),
        ("rich<2", "is not what is required"),
    ],
)
def test_a_lock_that_lags_behind_is_noticed(required, message):
    [complaint] = lacking([required], lock("dev.txt"), "3.11")

    assert message in complaint
