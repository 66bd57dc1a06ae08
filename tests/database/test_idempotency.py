"""A request sent twice is carried out once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from .desk import refused

pytestmark = pytest.mark.slow

KEY = {"idempotency_key": "a key"}


def count(desk, table="public.tickets"):
    return desk.one(f"select count(*) from {table}")  # noqa: S608


def test_the_same_request_again_gets_the_first_answer(desk):
    first = desk.ticket(**KEY)
    desk.move(first, "open")

    again = desk.ticket(**KEY)

    assert again == first
    assert count(desk) == 1


def test_without_a_key_every_request_counts(desk):
    desk.ticket()
    desk.ticket()

    assert count(desk) == 2


@pytest.mark.parametrize(
    "other",
    [{"subject": "Other"}, {"body": "Other."}, {"type": "task"}, {"priority": "low"},
     {"queue": "billing"}, {"tags": ["other"]}, {"data": {"other": 1}}],
)  # fmt: skip
def test_another_request_with_the_same_key_is_refused(desk, other):
    desk.ticket(**KEY)

    with refused("PT422", "idempotency-key-reused"):
        desk.ticket(**KEY, **other)


def test_better_triage_does_not_spoil_a_retry(desk):
    first = desk.ticket(**KEY, triaged_priority="low")

    assert desk.ticket(**KEY, triaged_priority="urgent") == first


def test_the_same_fields_in_another_order_are_the_same_request(desk):
    first = desk.ticket(**KEY, data={"a": 1, "b": 2})

    assert desk.ticket(**KEY, data={"b": 2, "a": 1}) == first


def test_keys_of_two_people_never_meet(desk):
    mine = desk.ticket(**KEY)

    theirs = desk.ticket("stranger", **KEY)

    assert mine["id"] != theirs["id"]


def test_a_key_of_one_command_is_not_one_of_another(desk):
    ticket = desk.ticket(**KEY)

    with refused("PT422", "idempotency-key-reused"):
        desk.say("customer", ticket, **KEY)


@pytest.mark.parametrize("category", ["open", "pending", "closed"])
def test_a_reply_sent_twice_is_said_once(desk, category):
    ticket = desk.ticket_in(category)

    first = desk.say("customer", ticket, **KEY)
    events = count(desk, "public.ticket_events")
    again = desk.say("customer", ticket, **KEY)

    assert again == first
    assert count(desk, "public.ticket_events") == events


@pytest.mark.parametrize("other", [{"body": "Other."}, {"visibility": "internal"}])
def test_another_reply_with_the_same_key_is_refused(desk, other):
    ticket = desk.ticket()
    desk.say("agent", ticket, **KEY)

    with refused("PT422", "idempotency-key-reused"):
        desk.say("agent", ticket, **KEY, **other)


def test_a_retry_is_answered_by_number_as_by_id(desk):
    ticket = desk.ticket()
    first = desk.say("agent", ticket, **KEY)

    again = desk.say("agent", {"id": str(ticket["number"])}, **KEY)

    assert again == first


def test_a_request_that_failed_frees_its_key(desk):
    with refused("PT422", "unknown-queue"):
        desk.ticket(**KEY, queue="nope")

    assert desk.ticket(**KEY)["version"] == 1


def test_a_key_is_good_for_a_day(desk):
    first = desk.ticket(**KEY)
    age = "update private.idempotency_keys set created_at = now() - %s::interval"

    desk.run(age, "23:59:59")
    kept = desk.ticket(**KEY)
    desk.run(age, "24:00:01")
    new = desk.ticket(**KEY, subject="Other")

    assert kept == first
    assert new["id"] != first["id"]


def test_old_answers_of_those_who_do_not_return_are_forgotten(desk):
    for number in range(30):
        desk.ticket("stranger", idempotency_key=f"key {number}")
    desk.run(
        "update private.idempotency_keys set created_at = now() - interval '2 days'"
    )

    desk.ticket(idempotency_key="one")
    left = count(desk, "private.idempotency_keys")
    desk.ticket(idempotency_key="two")

    assert left == 11
    assert count(desk, "private.idempotency_keys") == 2


def test_of_two_at_once_the_second_waits_and_gets_the_first_answer(office):
    first, second, watch = office(), office(), office()

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction():
            ticket = first.ticket(**KEY)
            late = pool.submit(second.ticket, **KEY)
            watch.wait_for_waiting(1)
        assert late.result(30) == ticket

    assert count(watch) == 1


def test_of_two_at_once_the_second_goes_on_when_the_first_is_rolled_back(office):
    first, second, watch = office(), office(), office()

    with ThreadPoolExecutor(1) as pool:
        with first.connection.transaction(force_rollback=True):
            ticket = first.ticket(**KEY)
            late = pool.submit(second.ticket, **KEY)
            watch.wait_for_waiting(1)
        assert late.result(30)["id"] != ticket["id"]

    assert count(watch) == 1


def test_of_many_at_once_one_is_carried_out(office):
    desks = [office() for _ in range(8)]

    with ThreadPoolExecutor(len(desks)) as pool:
        tickets = list(pool.map(lambda desk: desk.ticket(**KEY), desks))

    assert len({ticket["id"] for ticket in tickets}) == 1
    assert count(desks[0]) == 1


def test_of_two_at_once_an_expired_key_is_claimed_once(office):
    desks = [office() for _ in range(4)]
    desks[0].ticket(**KEY)
    desks[0].run(
        "update private.idempotency_keys set created_at = now() - interval '2 days'"
    )

    with ThreadPoolExecutor(len(desks)) as pool:
        tickets = list(pool.map(lambda desk: desk.ticket(**KEY), desks))

    assert len({ticket["id"] for ticket in tickets}) == 1
    assert count(desks[0]) == 2
