import pytest

from functions.close_solved_tickets.app import handler
from shared.core.settings import MissingSetting
from tests.events import context
from tests.fakes.postgrest import serving

SECRET = "sb_secret_worker"


@pytest.fixture
def rest(monkeypatch):
    with serving() as fake:
        monkeypatch.setenv("SUPABASE_URL", fake.url)
        monkeypatch.setenv("SUPABASE_SECRET_KEY", SECRET)
        yield fake


def test_what_is_due_closes_batch_by_batch(rest):
    rest.answers = [(200, 500), (200, 500), (200, 17), (200, 0)]

    told = handler({}, context(milliseconds=60_000))

    assert told == {"closed": 1017}
    assert [asked.function for asked in rest.asked] == ["close_solved_tickets"] * 4


def test_nothing_due_is_one_question(rest):
    rest.answers = [(200, 0)]

    assert handler({}, context(milliseconds=60_000)) == {"closed": 0}
    assert len(rest.asked) == 1


def test_it_stops_before_time_is_out(rest):
    rest.answers = [(200, 500)]
    left = iter([50_000, 30_000, 12_000])
    clock = context()
    clock.get_remaining_time_in_millis = lambda: next(left)

    assert handler({}, clock) == {"closed": 1500}
    assert len(rest.asked) == 3


def test_it_comes_with_the_key_of_workers(rest):
    rest.answers = [(200, 0)]

    handler({}, context())

    assert rest.asked[0].headers["apikey"] == SECRET
    assert "authorization" not in rest.asked[0].headers


def test_what_it_closes_carries_the_id_of_the_run(rest):
    rest.answers = [(200, 0)]

    handler({}, context())

    assert rest.asked[0].headers["x-correlation-id"] == context().aws_request_id


def test_without_its_key_it_says_what_is_missing(rest, monkeypatch):
    monkeypatch.delenv("SUPABASE_SECRET_KEY")

    with pytest.raises(MissingSetting, match="SUPABASE_SECRET_KEY is missing"):
        handler({}, context())

    assert not rest.asked


def test_a_failure_is_the_schedulers_to_retry(rest):
    rest.reports(503, "PGRST000", "no connection")

    with pytest.raises(Exception, match="unavailable"):
        handler({}, context())
