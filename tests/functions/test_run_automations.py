"""What happens by time alone is done batch by batch, while there is time."""

import pytest

from functions.run_automations.app import handler
from shared.core.errors import Unavailable
from tests.events import context
from tests.fakes import OUTAGE, in_turn

RUN = "run_automations"


def test_what_is_due_is_done_batch_by_batch(rest):
    rest.results[RUN] = in_turn(1500, 3, 0)

    assert handler({}, context(60_000)) == {"changed": 1503}
    assert rest.functions == [RUN] * 3
    assert rest.calls[0].headers["apikey"] == "sb_secret_worker"


def test_what_is_left_waits_for_the_next_run(rest):
    rest.results[RUN] = 500

    assert handler({}, context(50_000, 12_000)) == {"changed": 1000}


def test_an_outage_is_raised_for_the_scheduler_to_retry(rest):
    rest.results[RUN] = OUTAGE

    with pytest.raises(Unavailable):
        handler({}, context())
