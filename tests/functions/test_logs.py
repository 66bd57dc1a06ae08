"""What a function writes to its log: enough to find the mistake, nothing personal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import event_row, ticket_row
from tests.events import SIGNED_IN, http_event
from tests.fakes import NOT_FOUND, in_turn, rest_error
from tests.http_server import Response

ROOT = Path(__file__).parents[2]
PERSONAL = "ida@example.com"
TICKET = http_event("GET", "/v1/tickets/1042", headers=SIGNED_IN)
EVENTS = http_event("GET", "/v1/tickets/1042/events", headers=SIGNED_IN)


def invoke_apart(rest, tmp_path, function, event, *results):
    """Invoke a function once a result of `rest`; return its answers and its log."""
    rest.results[function] = in_turn(*results)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "POWERTOOLS_SERVICE_NAME": "autocrm",
        "SUPABASE_URL": os.environ["SUPABASE_URL"],
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1",
    }
    answers = tmp_path / "answers.json"
    module, times = f"functions.{function}.app", str(len(results))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.functions.apart", module, str(answers), times],
        input=json.dumps(event),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(answers.read_text()), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("function", "event", "results"),
    [
        (
            "get_ticket",
            TICKET,
            [
                rest_error(400, "P0001", PERSONAL, PERSONAL),
                Response(500, f"<html>{PERSONAL}</html>".encode()),
                ticket_row(version=PERSONAL),
                {"subject": PERSONAL},
                [PERSONAL],
                Response(200, f'{{"subject": "{PERSONAL}"'.encode()),
            ],
        ),
        (
            "list_ticket_events",
            EVENTS,
            [{PERSONAL: PERSONAL}, PERSONAL],
        ),
    ],
    ids=["tickets", "events"],
)
def test_an_unexpected_failure_is_one_line_without_personal_data(
    rest, tmp_path, function, event, results
):
    answers, log = invoke_apart(rest, tmp_path, function, event, *results)

    assert [each["statusCode"] for each in answers] == [500] * len(results)
    assert all("internal-error" in each["body"] for each in answers)
    assert PERSONAL not in json.dumps(answers)
    messages = [json.loads(line)["message"] for line in log.splitlines()]
    assert messages == ["unexpected failure"] * len(results)
    assert PERSONAL not in log


@pytest.mark.parametrize("bad", [{"type": PERSONAL}, {"actor_id": PERSONAL}])
def test_a_row_that_cannot_be_read_is_left_out_and_logged(rest, tmp_path, bad):
    good, unreadable = event_row(), event_row() | bad
    rows = {"items": [good, unreadable, good], "next": None}

    [answer], log = invoke_apart(rest, tmp_path, "list_ticket_events", EVENTS, rows)

    assert answer["statusCode"] == 200
    assert len(json.loads(answer["body"])["items"]) == 2
    [line] = [json.loads(line) for line in log.splitlines()]
    assert (line["level"], line["message"]) == ("ERROR", "row left out")
    assert line["row_id"] == unreadable["id"]
    assert PERSONAL not in log


def test_a_line_names_the_request_and_the_place(rest, tmp_path):
    error = rest_error(400, "42883", "function x() does not exist")

    _, log = invoke_apart(rest, tmp_path, "get_ticket", TICKET, error)

    line = json.loads(log)
    assert (line["level"], line["service"]) == ("ERROR", "autocrm")
    assert line["correlation_id"] == TICKET["requestContext"]["requestId"]
    assert "function x() does not exist" in line["trace"][-1]
    assert any("functions/get_ticket/app.py" in frame for frame in line["trace"])


def test_a_missing_setting_is_named_in_the_log(rest, tmp_path, monkeypatch):
    monkeypatch.setenv("SUPABASE_URL", "")

    [answer], log = invoke_apart(rest, tmp_path, "get_ticket", TICKET, None)

    assert answer["statusCode"] == 500
    assert "SUPABASE" not in answer["body"]
    assert "SUPABASE_URL is not usable" in log


def test_a_mistake_of_the_caller_is_not_logged(rest, tmp_path):
    [answer], log = invoke_apart(rest, tmp_path, "get_ticket", TICKET, NOT_FOUND)

    assert answer["statusCode"] == 404
    assert log == ""
