"""Reads and refusals are not counted: many of the heaviest at once harm nobody."""

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


# A refusal rolls its count back. Each is as much as a request may hold, 256 KiB.
MANY = {str(number): number for number in range(18_000)}
REFUSED = [
    ("customer", "create_ticket", {"subject": "Long", "body": "so on " * 40_000}),
    ("customer", "create_ticket", {"subject": "Long", "body": "So.", "data": MANY}),
    ("agent", "update_ticket", {"changes": {"data": MANY}}),
    ("agent", "add_comment", {"body": "so on " * 40_000}),
    ("agent", "bulk_update", {"change": {"priority": "low"}, "tickets": [*MANY]}),
    ("agent", "create_view", {"name": "Long", "conditions": {"tags": [*MANY]}}),
    ("customer", "assign_ticket", {"assignee": "me"}),
]


@pytest.mark.parametrize(("who", "function", "arguments"), REFUSED)
def test_many_refusals_at_once_keep_nobody_from_reading(
    people, who, function, arguments
):
    """However many: the limit of commands does not stop them, and need not."""
    if function in {"update_ticket", "add_comment", "assign_ticket"}:
        ticket = people.customer.open_ticket()
        arguments = {"ticket": ticket["id"], **arguments}

    answers = _flood(people, who, function, arguments)

    assert {each.status_code // 100 for each in answers} == {4}
    assert {each.status_code for each in answers} & {401, 404, 408, 429} == set()


@pytest.mark.parametrize(("who", "function", "arguments"), HEAVIEST)
def test_many_reads_at_once_keep_nobody_from_reading(people, who, function, arguments):
    """Another person reads on meanwhile, and none of them waits too long for a turn."""
    answers = _flood(people, who, function, arguments)

    assert {each.status_code for each in answers} == {200}


def _flood(people, who, function, arguments):
    """Call a function many times at once, while another person reads."""
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

    assert len(answers) == AT_ONCE * READS_EACH
    assert {each.status_code for each in beside.result()} == {200}
    return answers
