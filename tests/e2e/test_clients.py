"""Clients that are generated from the OpenAPI document, and one ticket through each."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.openapi import compose_openapi, find_routers
from tests.open_desk import ROOT

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).with_name("clients.ts")
STALE = "urn:autocrm:problem:stale"
TYPESCRIPT = ("--strict", "--target", "es2022", "--module", "esnext")
RESOLVED = ("--moduleResolution", "bundler", "--skipLibCheck")


def run(*command, cwd, **settings):
    """Run a program that must say nothing of a warning, and return its output."""
    done = subprocess.run(  # noqa: S603
        [str(each) for each in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "NO_COLOR": "1", **settings},
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warning" not in said.lower(), said
    return done.stdout


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("clients") / "openapi.json"
    path.write_text(json.dumps(compose_openapi(find_routers(ROOT))))
    return path


def test_typescript_works_a_ticket(desk, people, node_modules, document):
    folder, node = document.parent, "node"
    (folder / "node_modules").symlink_to(node_modules)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "client.ts").write_text(PROGRAM.read_text())
    generate = node_modules / "openapi-typescript" / "bin" / "cli.js"
    compile_it = node_modules / "typescript" / "bin" / "tsc"

    run(node, generate, document.name, "-o", "api.d.ts", cwd=folder)
    run(node, compile_it, *TYPESCRIPT, *RESOLVED, "client.ts", cwd=folder)
    settings = {
        "api": desk.api_url,
        "customer": people.customer.token,
        "agent": people.agent.token,
    }
    printed = run(node, "client.js", cwd=folder, SETTINGS=json.dumps(settings))

    story = json.loads(printed)
    assert story.pop("number") > 0
    assert story == {
        "listed": True,
        "assignee": people.agent.id,
        "by_staff": True,
        "stale": STALE,
        "category": "solved",
        "comments": ["Oil it.", "It was loud."],
        "events": [
            "TICKET_STATUS_CHANGED",
            "TICKET_COMMENTED",
            "TICKET_ASSIGNED",
            "TICKET_STATUS_CHANGED",
            "TICKET_CREATED",
        ],
    }


@pytest.fixture
def generated(document, monkeypatch):
    """A function that calls an operation of the generated client, and its models."""
    config = document.with_name("config.json")
    config.write_text('{"post_hooks": []}')  # its formatting is of no interest
    options = ("--meta", "none", "--output-path", "desk_client", "--fail-on-warning")
    options += ("--config", config.name)
    generate = (sys.executable, "-m", "openapi_python_client", "generate")
    run(*generate, "--path", document.name, *options, cwd=document.parent)
    monkeypatch.syspath_prepend(document.parent)
    client = importlib.import_module("desk_client").AuthenticatedClient

    def call(who, operation, *arguments, **options):
        module = importlib.import_module(f"desk_client.api.{operation}")
        with client(who.desk.api_url, who.token) as signed_in:
            return module.sync(*arguments, client=signed_in, **options)

    return call, importlib.import_module("desk_client.models")


def test_python_works_a_ticket(people, generated):
    call, models = generated
    customer, agent = people.customer, people.agent

    draft = models.TicketDraft("The bell is mute", "It was loud.", queue="support")
    ticket = call(customer, "tickets.post_ticket", body=draft)
    mine = models.Assignment(me=True)
    taken = call(agent, "tickets.put_assignee", ticket.id, body=mine)
    reply = models.CommentDraft("Oil it.", visibility=models.CommentVisibility.PUBLIC)
    call(agent, "comments.post_comment", ticket.id, body=reply)
    step = (agent, "tickets.patch_status", ticket.id)
    change = models.StatusChange("solved")
    stale = call(*step, body=change, if_match='"1"')
    solved = call(*step, body=change)
    parts = [models.Part.COMMENTS, models.Part.EVENTS]
    shown = call(customer, "tickets.get_ticket", ticket.id, include=parts)

    assert str(taken.assignee_id) == agent.id
    assert stale.type_ == STALE
    assert solved.status_category is models.StatusCategory.SOLVED
    assert [each.body for each in shown.comments.items] == ["Oil it.", "It was loud."]
    kinds = [type(each).__name__ for each in shown.events.items]
    assert kinds[0] == "TicketStatusChanged"
    assert kinds[-1] == "TicketCreated"
