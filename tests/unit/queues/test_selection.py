"""Filters of a queue by time."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.queues import When


@pytest.mark.parametrize("value", ["0", "1767225600", 7200, 0.5, "02:00:00", True])
def test_a_filter_by_time_takes_no_number(value):
    with pytest.raises(ValidationError):
        TypeAdapter(When).validate_python(value)


def test_a_filter_by_time_takes_a_duration():
    assert TypeAdapter(When).validate_python("PT2H") == timedelta(hours=2)
