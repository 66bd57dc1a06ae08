"""What a function writes to its log: enough to find the mistake, nothing personal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import event_row, ticket_row
from tests.events import SIGNED_IN, http_event
from tests.fakes.postgrest import serving

ROOT = Path(__file__).parents[2]
PERSONAL = "ida@example.com"
TICKET = http_event("GET", "/v1/tickets/1042", headers=SIGNED_IN)
EVENTS = http_event("GET", "/v1/tickets/1042/events", headers=SIGNED_IN)


@pytest.fixture
def rest():
    with serving() as fake:
        yield fake


def invoked(rest, tmp_path, function, event):
    """Call a function once an answer of `rest`; return its answers and its log."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "POWERTOOLS_SERVICE_NAME": "autocrm",
        "SUPABASE_URL": rest.url,
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1",
    }
    told = tmp_path / "answers.json"
    module, times = f"functions.{function}.app", str(len(rest.answers))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.functions.apart", module, str(told), times],
        input=json.dumps(event),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(told.read_text()), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("function", "event", "answers"),
    [
        (
            "get_ticket",
            TICKET,
            [
                (400, {"code": "P0001", "message": PERSONAL, "details": PERSONAL}),
                (500, f"<html>{PERSONAL}</html>".encode()),
                (200, ticket_row(version=PERSONAL)),
                (200, {"subject": PERSONAL}),
                (200, [PERSONAL]),
                (200, f'{{"subject": "{PERSONAL}"'.encode()),
            ],
        ),
        (
            "list_ticket_events",
            EVENTS,
            [
                (200, [event_row(PERSONAL)]),
                (200, [event_row(actor_id=PERSONAL)]),
                (200, {PERSONAL: PERSONAL}),
            ],
        ),
    ],
    ids=["tickets", "events"],
)
def test_a_surprise_leaves_one_line_without_what_it_was_about(
    rest, tmp_path, function, event, answers
):
    rest.answers = list(answers)

    told, log = invoked(rest, tmp_path, function, event)

    assert [each["statusCode"] for each in told] == [500] * len(answers)
    assert all("internal-error" in each["body"] for each in told)
    assert PERSONAL not in json.dumps(told)
    messages = [json.loads(line)["message"] for line in log.splitlines()]
    assert messages == ["unexpected failure"] * len(answers)
    assert PERSONAL not in log


def test_a_line_says_which_request_and_where(rest, tmp_path):
    rest.answers = [(400, {"code": "42883", "message": "function x() does not exist"})]

    _, log = invoked(rest, tmp_path, "get_ticket", TICKET)

    told = json.loads(log)
    assert (told["level"], told["service"]) == ("ERROR", "autocrm")
    assert told["correlation_id"] == TICKET["requestContext"]["requestId"]
    assert "function x() does not exist" in told["trace"][-1]
    assert any("functions/get_ticket/app.py" in frame for frame in told["trace"])


def test_a_missing_setting_is_named_in_the_log(rest, tmp_path):
    rest.url = ""
    rest.answers = [(200, None)]

    [told], log = invoked(rest, tmp_path, "get_ticket", TICKET)

    assert told["statusCode"] == 500
    assert "SUPABASE" not in told["body"]
    assert "SUPABASE_URL is not usable" in log


def test_a_mistake_of_the_caller_leaves_no_line(rest, tmp_path):
    rest.reports(404, "PT404", "not-found", "There is no such ticket.")

    [told], log = invoked(rest, tmp_path, "get_ticket", TICKET)

    assert told["statusCode"] == 404
    assert log == ""
