"""A minute of requests nobody would think of, and proof that a leak would be seen."""

import tempfile
from pathlib import Path

import pytest

from tests.database.personas import id_of
from tests.open_desk import open_desk

from .everybody import try_everybody
from .sight import Sight

pytestmark = pytest.mark.slow


@pytest.fixture
def own_desk():
    """A desk that may be left in ruins."""
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        yield it


@pytest.mark.timeout(900)
def test_whatever_is_sent_no_answer_is_an_error_untrue_or_too_much(own_desk):
    tried = list(try_everybody(own_desk.desk))

    logs = [log.read_text() for log in own_desk.home.function_logs.iterdir()]
    assert [each.said for each in tried if each.failed] == []
    assert all(" generated, " in each.said for each in tried)
    assert not any("unexpected failure" in log for log in logs)


@pytest.mark.parametrize("who", [None, "customer", "stranger", "biller"])
def test_a_ticket_in_the_wrong_answer_would_be_seen(desk_of_the_cast, who):
    ticket = desk_of_the_cast.create_ticket("customer")
    sight = Sight(desk_of_the_cast.connection, who and str(id_of(who)))

    hidden = sight.hidden(f'{{"ticket_id": "{ticket["id"]}"}}')

    seen = who == "customer"
    assert hidden == ([] if seen else [("ticket", ticket["id"])])


def test_a_note_in_a_customers_answer_would_be_seen(desk_of_the_cast):
    ticket = desk_of_the_cast.create_ticket("customer")
    note = desk_of_the_cast.note(ticket)
    [event] = [row for row in desk_of_the_cast.events(ticket) if row["is_internal"]]
    answer = f'["{note["id"]}", "{event["id"]}"]'

    shown = [
        Sight(desk_of_the_cast.connection, str(id_of(who))).hidden(answer)
        for who in ("customer", "agent")
    ]

    assert sorted(shown[0]) == [("comment", note["id"]), ("event", event["id"])]
    assert shown[1] == []


def test_what_one_sent_oneself_tells_nothing(desk_of_the_cast):
    ticket = desk_of_the_cast.create_ticket("customer")
    sight = Sight(desk_of_the_cast.connection, str(id_of("stranger")))

    assert sight.hidden(ticket["id"], known=f"/v1/tickets/{ticket['id']}") == []
