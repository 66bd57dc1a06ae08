"""Reads are not counted: the heaviest of one person, many at once, harm nobody."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

import pytest

pytestmark = pytest.mark.slow

AT_ONCE = 24
READS_EACH = 5
EVERYTHING = {"page_size": 1_000_000}
# Each is called directly, past the gateway's throttle, for all that it may return.
HEAVIEST = [
    ("customer", "list_my_tickets", EVERYTHING),
    ("customer", "list_events", EVERYTHING),
    ("agent", "list_my_tickets", EVERYTHING),
    ("agent", "list_events", EVERYTHING),
    ("agent", "list_queue", {"queue": "support", "with_total": True, **EVERYTHING}),
    ("agent", "list_people", {"search": "no such person", **EVERYTHING}),
    ("admin", "list_topics", {}),
]


@pytest.mark.parametrize(("who", "function", "arguments"), HEAVIEST)
def test_many_reads_at_once_keep_nobody_from_reading(people, who, function, arguments):
    """Another person reads on meanwhile, and none of them waits too long for a turn."""
    reader, other = getattr(people, who), people.customer2
    path = f"rpc/{function}"

    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        flood = [
            pool.submit(reader.data_api, "POST", path, json=arguments)
            for _ in range(AT_ONCE * READS_EACH)
        ]
        beside = pool.submit(
            lambda: [other.send("GET", "/v1/tickets") for _ in range(5)]
        )
        answers = [each.result() for each in as_completed(flood)]

    assert Counter(each.status_code for each in answers) == {200: len(flood)}
    assert {each.status_code for each in beside.result()} == {200}
