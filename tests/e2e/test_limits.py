"""Too much at once is 429, with how long to wait, through every instance."""

from contextlib import contextmanager

import pytest

from .person import problem

pytestmark = pytest.mark.slow
DRAFT = {"subject": "The bell is mute", "body": "It was loud."}


@pytest.fixture
def allowing(database):
    """A block in which so many commands a minute are allowed."""
    read = "select commands_per_minute, commands_per_minute_by_address from"
    usual = database.execute(f"{read} private.settings").fetchone()

    def allow(person, address):
        database.execute(
            "update private.settings set commands_per_minute = %s,"
            " commands_per_minute_by_address = %s",
            [person, address],
        )

    @contextmanager
    def allowing(person=usual[0], address=usual[1]):
        allow(person, address)
        try:
            yield
        finally:
            allow(*usual)

    return allowing


def beyond_one(send):
    """Send a command until the limit of one refuses it: two share a minute soon."""
    return next(each for each in (send() for _ in range(3)) if not each.is_success)


@pytest.mark.parametrize("limit", [{"person": 1}, {"address": 1}], ids=str)
def test_too_much_is_refused_with_a_time_to_retry(people, allowing, limit):
    with allowing(**limit):
        answer = beyond_one(
            lambda: people.customer.send("POST", "/v1/tickets", json=DRAFT)
        )

    assert problem(answer) == (429, "too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_what_only_reads_goes_on(people, allowing):
    with allowing(person=1, address=1):
        beyond_one(lambda: people.customer.send("POST", "/v1/tickets", json=DRAFT))
        assert people.customer.get("/v1/tickets")["items"]


def test_past_the_functions_a_person_is_limited_all_the_same(people, allowing):
    with allowing(person=1):
        answer = beyond_one(
            lambda: people.customer.data_api("POST", "rpc/create_ticket", json=DRAFT)
        )

    assert (answer.status_code, answer.json()["code"]) == (429, "PT429")


def test_past_the_functions_no_address_is_believed(people, allowing, database):
    forged = {"x-autocrm-source": "203.0.113.7", "x-autocrm-source-proof": "0" * 64}
    counted = "select count(*) from private.command_counts where subject !~ '-'"
    before = database.execute(counted).fetchone()

    with allowing(address=1):
        answers = [
            people.customer.data_api(
                "POST", "rpc/create_ticket", json=DRAFT, headers=forged
            )
            for _ in range(3)
        ]

    assert {each.status_code for each in answers} == {200}
    assert database.execute(counted).fetchone() == before
