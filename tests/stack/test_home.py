"""One desk a home, its ports, its environment."""

import socket
from pathlib import Path

import pytest

from infra.local.stack import (
    AlreadyRunning,
    Deployment,
    Home,
    NeverStarted,
    PortTaken,
    PublicPorts,
    Stack,
)
from tests.open_desk import run_program

DESK = Deployment(
    api_url="http://127.0.0.1:3000",
    supabase_url="http://127.0.0.1:54321",
    supabase_publishable_key="sb_publishable_x",
    supabase_secret_key="sb_secret_x",
    database_url="postgresql://postgres:it's $HOME@127.0.0.1/postgres",
    aws_endpoint_url="http://127.0.0.1:5555",
    demo_password="`date`",
)


def test_a_home_belongs_to_one_process_at_a_time(tmp_path: Path):
    with (
        Home(tmp_path).lock(),
        pytest.raises(AlreadyRunning, match=r"already running, as process \d+"),
        Home(tmp_path).lock(),
    ):
        pass


def test_a_lock_file_left_behind_does_not_hinder(tmp_path: Path):
    (tmp_path / "lock").write_text("99999")

    with Home(tmp_path).lock():
        pass


def test_a_home_may_be_named_from_the_checkout():
    named = Home.from_environment({"AUTOCRM_HOME": ".autocrm/other"})

    assert named.path == Home.from_environment({}).path.parent / "other"


def test_removing_a_home_leaves_what_is_not_ours(tmp_path: Path):
    home = Home(tmp_path)
    home.function_logs.mkdir(parents=True)
    DESK.save(home.deployment)
    (tmp_path / "mine").touch()

    home.remove()

    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_is_kept_for_the_environment_is_private(tmp_path: Path):
    DESK.save(tmp_path / "desk.json")

    assert Deployment.load(tmp_path / "desk.json") == DESK
    assert (tmp_path / "desk.json").stat().st_mode & 0o777 == 0o600


def test_a_shell_reads_the_environment_as_it_is():
    script = "\n".join([*DESK.shell_lines(), 'printf "%s|%s" "$DATABASE_URL"'])
    script += ' "$DEMO_PASSWORD"'

    done = run_program("sh", "-c", script)

    assert done.stdout == f"{DESK.database_url}|{DESK.demo_password}"


def test_the_environment_has_exactly_these_names():
    names = [line.removeprefix("export ").partition("=")[0] for line in shell_lines()]

    assert names == [
        "API_URL",
        "SUPABASE_URL",
        "SUPABASE_PUBLISHABLE_KEY",
        "SUPABASE_SECRET_KEY",
        "DATABASE_URL",
        "AWS_ENDPOINT_URL",
        "DEMO_PASSWORD",
    ]


def shell_lines() -> list[str]:
    return list(DESK.shell_lines())


def test_a_desk_that_was_never_started_has_no_environment(tmp_path: Path):
    with pytest.raises(NeverStarted, match="never started"):
        Deployment.load(tmp_path / "desk.json")


def test_the_environment_is_known_before_anything_starts(tmp_path: Path):
    home = Home(tmp_path)

    class Refusing:
        deployment = DESK

        def cloud(self):
            assert Deployment.load(home.deployment) == DESK
            raise PortTaken("started")

        platform = cloud

    with pytest.raises(PortTaken, match="started"):
        Stack(home, Refusing()).start()


def test_a_password_is_made_once(tmp_path: Path):
    DESK.save(tmp_path / "desk.json")

    assert Deployment.password(tmp_path / "desk.json") == DESK.demo_password
    assert Deployment.password(tmp_path / "none") != Deployment.password(
        tmp_path / "none"
    )


def test_a_taken_port_is_refused_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ports = PublicPorts.from_environment({"AUTOCRM_AWS_PORT": str(port)})

        with pytest.raises(
            PortTaken, match=rf"Port {port} .*AUTOCRM_AWS_PORT=\d+ make"
        ):
            PublicPorts(
                *[*PublicPorts.free().__dict__.values()][:3], aws=ports.aws
            ).check()


@pytest.mark.parametrize("value", ["", "http", "0", "65536", "-1", "3000 "])
def test_what_is_no_port_is_refused(value):
    with pytest.raises(PortTaken, match=r"AUTOCRM_API_PORT=.* is no port"):
        PublicPorts.from_environment({"AUTOCRM_API_PORT": value})
