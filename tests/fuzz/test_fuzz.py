"""A minute of requests nobody would think of, and proof that a leak would be seen."""

import tempfile
from pathlib import Path

import pytest

from tests.database.personas import id_of
from tests.open_desk import open_desk

from .runs import fuzz_everybody
from .visibility import Visibility

pytestmark = pytest.mark.slow


@pytest.fixture
def own_desk():
    """A desk that may be left in ruins."""
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        yield it


@pytest.mark.timeout(900)
def test_no_response_is_an_error_or_shows_what_is_hidden(own_desk):
    runs = list(fuzz_everybody(own_desk.desk))

    logs = [log.read_text() for log in own_desk.home.function_logs.iterdir()]
    assert [each.report for each in runs if each.failed] == []
    assert all(" generated, " in each.report for each in runs)
    assert not any("unexpected failure" in log for log in logs)


@pytest.mark.parametrize("who", [None, "customer", "stranger", "biller"])
def test_a_ticket_in_the_wrong_answer_would_be_seen(desk_of_the_cast, who):
    ticket = desk_of_the_cast.create_ticket("customer")
    visibility = Visibility(desk_of_the_cast.connection, who and str(id_of(who)))

    hidden = visibility.hidden(f'{{"ticket_id": "{ticket["id"]}"}}')

    seen = who == "customer"
    assert hidden == ([] if seen else [("ticket", ticket["id"])])


def test_a_note_in_a_customers_answer_would_be_seen(desk_of_the_cast):
    ticket = desk_of_the_cast.create_ticket("customer")
    note = desk_of_the_cast.note(ticket)
    [event] = [row for row in desk_of_the_cast.events(ticket) if row["is_internal"]]
    answer = f'["{note["id"]}", "{event["id"]}"]'

    shown = [
        Visibility(desk_of_the_cast.connection, str(id_of(who))).hidden(answer)
        for who in ("customer", "agent")
    ]

    assert sorted(shown[0]) == [("comment", note["id"]), ("event", event["id"])]
    assert shown[1] == []


def test_ids_that_the_caller_sent_are_no_leak(desk_of_the_cast):
    ticket = desk_of_the_cast.create_ticket("customer")
    visibility = Visibility(desk_of_the_cast.connection, str(id_of("stranger")))

    assert visibility.hidden(ticket["id"], known=f"/v1/tickets/{ticket['id']}") == []
