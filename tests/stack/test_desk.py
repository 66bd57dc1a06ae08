"""The whole desk, as `make dev` opens it."""

import json
import os
import signal
import socket
from pathlib import Path

import httpx
import psycopg
import pytest

from infra.local.processes import birth
from infra.local.seed import people
from infra.local.stack import Deployment, Home, PublicPorts
from infra.local.terminal import try_it
from tests.open_desk import (
    OpenDesk,
    environment_of,
    eventually,
    open_desk,
    run_program,
    run_verb,
    serving,
)

pytestmark = pytest.mark.slow


def test_the_lines_to_paste_work_as_they_are(desk: Deployment):
    done = run_program("sh", "-c", try_it(desk))

    # Not splitlines: a subject may hold a line separator of Unicode.
    opened, mine = map(json.loads, done.stdout.strip().split("\n"))
    assert opened["subject"] == "The printer is on fire"
    assert opened["id"] in [ticket["id"] for ticket in mine["items"]]


@pytest.mark.parametrize("person", [each["key"] for each in people()])
def test_the_people_of_the_demonstration_can_sign_in(desk: Deployment, person):
    answer = httpx.post(
        f"{desk.supabase_url}/auth/v1/token?grant_type=password",
        headers={"apikey": desk.supabase_publishable_key},
        json={"email": f"{person}@example.com", "password": desk.demo_password},
    )

    assert answer.status_code == 200


def test_a_password_reset_is_shown_by_make_mail(opened):
    """Its link leads to the frontend of `supabase/config.toml`, with a session."""
    desk, address = opened.desk, "customer2@example.com"
    key = {"apikey": desk.supabase_publishable_key}
    recover = f"{desk.supabase_url}/auth/v1/recover"

    httpx.post(recover, headers=key, json={"email": address}).raise_for_status()
    shown = run_verb(opened.environment, "mail").stdout

    mail = shown.rpartition(f"To: {address}\n")[2]
    assert mail.startswith("Subject: Reset your password\n")
    [link] = [line for line in mail.splitlines() if line.startswith("http")]
    followed = httpx.get(link)
    assert followed.status_code == 303
    assert followed.headers["location"].startswith(
        "http://localhost:5173#access_token="
    )


def test_the_documentation_is_composed_and_needs_no_network(desk: Deployment):
    document = httpx.get(f"{desk.api_url}/openapi.json", timeout=60).json()
    page = httpx.get(f"{desk.api_url}/docs").text
    script = httpx.get(f"{desk.api_url}/docs/swagger-ui-bundle.js")

    assert "/v1/tickets" in document["paths"]
    assert "https://" not in page
    assert script.headers["content-type"] == "text/javascript"


def test_every_address_of_the_environment_answers(desk: Deployment):
    with psycopg.connect(desk.database_url) as connection:
        (tickets,) = connection.execute(
            "select count(*) from public.tickets"
        ).fetchone()
    aws = httpx.get(f"{desk.aws_endpoint_url}/moto-api/data.json")

    assert tickets > 0
    assert aws.status_code == 200


def health(desk: Deployment) -> int:
    return httpx.get(f"{desk.api_url}/health", timeout=60).status_code


def test_a_second_desk_stands_beside_the_first_and_closes_when_a_part_dies(
    desk: Deployment, tmp_path: Path
):
    with open_desk(tmp_path / "second desk") as second:
        both = [health(desk), health(second.desk)]
        entries = json.loads(second.home.processes.read_text())
        os.kill(entries[-1]["pid"], signal.SIGKILL)
        eventually(lambda: second.process.poll() is not None)
        first = health(desk)

    last_line = (tmp_path / "second desk.out").read_text().splitlines()[-1]
    assert (both, first) == ([200, 200], 200)
    assert second.process.returncode == 1
    assert "ended with exit signal SIGKILL; its log is" in last_line
    assert not [entry for entry in entries if birth(entry["pid"]) == entry["birth"]]


def test_a_desk_in_use_refuses_a_second_start_and_a_reset(opened: OpenDesk):
    again = run_verb(opened.environment, "up")
    reset = run_verb(opened.environment, "reset")
    tick = run_verb(opened.environment, "tick", "CloseSolvedTickets")
    unknown = run_verb(opened.environment, "tick", "Nope")

    assert (again.returncode, again.stdout) == (1, "")
    assert "already running" in again.stderr
    assert (reset.returncode, reset.stderr) == (1, again.stderr)
    assert json.loads(tick.stdout).keys() == {"closed"}
    assert unknown.returncode == 1
    assert "CloseSolvedTickets" in unknown.stderr


def test_a_desk_survives_a_kill_and_keeps_its_data(tmp_path: Path):
    home = Home((tmp_path / "home").resolve())
    environment = environment_of(home.path, PublicPorts.free())
    with serving(home, environment) as first:
        entries = json.loads(home.processes.read_text())
        first.process.kill()
        first.process.wait()

    with serving(home, environment) as second:
        with psycopg.connect(second.desk.database_url) as connection:
            (tickets,) = connection.execute("select count(*) from tickets").fetchone()
        password = run_verb(environment, "env").stdout

    closed = run_verb(environment, "reset")

    assert not [entry for entry in entries if birth(entry["pid"]) == entry["birth"]]
    assert tickets > 0
    assert first.desk == second.desk
    assert first.desk.demo_password in password
    assert second.process.returncode == 0
    assert closed.returncode == 0
    assert not home.path.exists()
    assert run_verb(environment, "env").returncode == 1


def test_a_taken_port_leaves_nothing_behind(tmp_path: Path):
    ports = PublicPorts.free()
    environment = environment_of(tmp_path / "home", ports)
    with socket.create_server(("127.0.0.1", ports.supabase)):
        refused = run_verb(environment, "up")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"AUTOCRM_SUPABASE_PORT={ports.supabase + 1} make dev" in refused.stderr
    assert not (tmp_path / "home" / "processes.json").exists()
