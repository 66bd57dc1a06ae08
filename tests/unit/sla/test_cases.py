"""Cases computed by hand, whose names a support lead can agree or object to."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.sla.engine import Metric, timeline

from .reading import business_time, entry, policy

KNOWN = json.loads(Path(__file__).with_name("cases.json").read_text())


def expected(form):
    """Read an expectation: its state, and what it says of times."""
    times = {
        name: form[key] and datetime.fromisoformat(form[key])
        for key, name in (("due", "due_at"), ("breached_at",) * 2, ("met_at",) * 2)
        if key in form
    }
    if "remaining" in form:
        times["remaining"] = timedelta(minutes=form["remaining"])
    return {"state": form["state"], **times}


@pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda case: case["name"])
def test_case(case):
    found = timeline(
        map(entry, case["events"]),
        policy(KNOWN["policies"][case["policy"]]),
        business_time(KNOWN["calendars"][case["calendar"]]),
        datetime.fromisoformat(case["now"]),
    )

    for metric, form in case["expect"].items():
        named = expected(form)
        shown = {name: getattr(found[Metric(metric)], name) for name in named}
        assert shown == named, (metric, case["why"])
