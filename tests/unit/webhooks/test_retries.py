"""When a delivery is retried, and its signatures."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from shared.webhooks.delivery import back_off, retry_after_seconds, signed_headers

DAY = 86_400
HOUR = 3_600
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLD, NEW = "whsec_" + "b2xk" * 8, "whsec_" + "bmV3" * 8
BODY = '{"type": "TICKET_CREATED", "data": {"subject": "Grüße 🚲"}}'


def test_waits_double_from_five_seconds():
    waits = [back_off(attempt, 0, 0, 0.5) for attempt in range(1, 6)]

    assert waits == [5, 10, 20, 40, 80]


def test_jitter_spreads_a_wait_by_a_quarter():
    assert back_off(1, 0, 0, 0.0) == 3.75
    assert back_off(1, 0, 0, 1.0) == 6.25


def test_no_attempt_is_made_after_a_day():
    assert back_off(3, DAY - 7, 0, 0.5) == 7
    assert back_off(16, DAY, 0, 0.5) is None


def test_retry_after_lengthens_a_wait_to_an_hour_within_the_day():
    assert back_off(1, 0, 120, 0.5) == 120
    assert back_off(9, 0, 1, 0.5) == 1280
    assert back_off(1, 0, 10**8, 0.5) == HOUR
    assert back_off(12, 0, 10**8, 0.5) == 5 * 2**11
    assert back_off(1, DAY - 60, 10**8, 0.5) == 60


requests = st.floats(min_value=0, allow_nan=False)


@given(st.integers(1, 60), st.floats(0, DAY - 1), requests, st.floats(0, 1))
def test_a_wait_is_never_shorter_than_the_schedule_nor_far_longer(
    attempt, age, requested, luck
):
    own = back_off(attempt, age, 0, luck)

    wait = back_off(attempt, age, requested, luck)

    assert own <= wait <= max(own, HOUR)
    assert 0 < wait <= DAY - age


@given(luck=st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_every_delivery_ends_within_a_day_and_twenty_attempts(luck):
    age = attempts = 0
    while (wait := back_off(attempts + 1, age, 0, luck[attempts])) is not None:
        age += wait
        attempts += 1

    assert age == pytest.approx(DAY)
    assert attempts <= 20


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 23 Nov 2026 09:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 09:01:30 -0000", 90),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0),
        (None, 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1e9", 0),
        ("99999999999999999999", 1e20),
        ("9" * 5000, inf),
        ("٣٠", 0),
        ("²", 0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 251_606_876_399),
        ("Fri, 31 Dec 9999 23:59:59 -9999", 0),
        ("Sat, 01 Jan 0001 00:00:00 +9999", 0),
        ("Mon, 99 Nov 2026 09:01:30 GMT", 0),
    ],
)
def test_retry_after_is_read_in_both_forms(header, seconds):
    assert retry_after_seconds(header, NOW) == seconds


dates = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    st.sampled_from(["Mon", "Sun", ""]),
    st.integers(-1, 10**6),
    st.sampled_from(["Jan", "Dec", "Foo"]),
    st.integers(-(10**12), 10**12),
    st.integers(-1, 99),
    st.integers(-1, 99),
    st.integers(-1, 10**10),
    st.sampled_from(["GMT", "+9999", "-0000", "-9999", "+99999999999", "EST", ""]),
)
HEADERS = st.text(max_size=60) | dates | st.integers().map(str)


@given(HEADERS)
def test_any_retry_after_is_read_and_keeps_the_schedule(header):
    requested = retry_after_seconds(header, NOW)

    assert requested >= 0
    assert 3.75 <= back_off(1, 0, requested, 0.0) <= HOUR


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_verifies_while_one_is_replaced(secret):
    headers = signed_headers("event-1", datetime.now(UTC), BODY, [NEW, OLD])

    assert Webhook(secret).verify(BODY.encode(), headers)["type"] == "TICKET_CREATED"


@pytest.mark.parametrize(
    ("body", "sent_at", "secret"),
    [
        (BODY + " ", timedelta(), NEW),
        (BODY, timedelta(minutes=-6), NEW),
        (BODY, timedelta(), OLD),
    ],
)
def test_a_changed_late_or_foreign_webhook_is_not_verified(body, sent_at, secret):
    headers = signed_headers("event-1", datetime.now(UTC) + sent_at, BODY, [NEW])

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.encode(), headers)
