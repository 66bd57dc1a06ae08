import pytest

from functions.close_solved_tickets.app import handler
from shared.core.errors import Unavailable
from shared.core.settings import MissingSetting
from tests.events import context
from tests.fakes import OUTAGE, in_turn

CLOSE = "close_solved_tickets"


def test_due_tickets_are_closed_batch_by_batch(rest):
    rest.results[CLOSE] = in_turn(500, 500, 17, 0)

    assert handler({}, context(60_000)) == {"closed": 1017}
    assert rest.functions == [CLOSE] * 4


def test_one_call_is_made_when_nothing_is_due(rest):
    rest.results[CLOSE] = 0

    assert handler({}, context(60_000)) == {"closed": 0}
    assert rest.functions == [CLOSE]


def test_it_stops_before_time_is_out(rest):
    rest.results[CLOSE] = 500

    assert handler({}, context(50_000, 30_000, 12_000)) == {"closed": 1500}
    assert rest.functions == [CLOSE] * 3


def test_it_calls_with_the_secret_key(rest):
    rest.results[CLOSE] = 0

    handler({}, context())

    assert rest.calls[0].headers["apikey"] == "sb_secret_worker"
    assert "authorization" not in rest.calls[0].headers


def test_its_calls_carry_the_request_id_as_correlation_id(rest):
    rest.results[CLOSE] = 0

    handler({}, context())

    assert rest.calls[0].headers["x-correlation-id"] == context().aws_request_id


def test_a_missing_secret_key_is_named(rest, monkeypatch):
    monkeypatch.delenv("SUPABASE_SECRET_KEY")

    with pytest.raises(MissingSetting, match="SUPABASE_SECRET_KEY is missing"):
        handler({}, context())

    assert not rest.calls


def test_an_outage_is_raised_for_the_scheduler_to_retry(rest):
    rest.results[CLOSE] = OUTAGE

    with pytest.raises(Unavailable):
        handler({}, context())
