"""Numbers of custom fields come back digit for digit, from request to response."""

import asyncio
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.create_ticket.app import handler as create_ticket
from functions.list_ticket_events.app import handler as list_ticket_events
from functions.manage_fields.app import handler as manage_fields
from shared.core.http import get_settings
from tests.events import send

from .tokens import token_of

pytestmark = pytest.mark.slow
DIGITS = st.text("0123456789", min_size=1, max_size=60)
NUMBERS = st.builds(
    lambda sign, whole, part, power: sign + (whole.lstrip("0") or "0") + part + power,
    st.sampled_from(["", "-"]),
    DIGITS,
    st.one_of(st.just(""), DIGITS.map(".{}".format)),
    st.sampled_from(["", "", "e5", "E-7", "e+200", "e-300"]),
)


@pytest.fixture
def headers(api, monkeypatch):
    """The headers of the customer; functions talk to the real PostgREST."""
    monkeypatch.setenv("SUPABASE_URL", api.url)
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", api.keys.publishable)
    get_settings.cache_clear()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield lambda who: {"authorization": f"Bearer {token_of(api.keys, who)}"}
    loop.close()
    get_settings.cache_clear()


def open_ticket(headers, data):
    body = f'{{"subject": "Sums", "body": "In.", "data": {data}}}'
    return send(create_ticket, "POST", "/v1/tickets", body, headers=headers("customer"))


def exact(answer):
    return json.loads(answer.body, parse_float=Decimal, parse_int=Decimal)


def test_numbers_come_back_equal(headers):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(NUMBERS, min_size=1, max_size=30))
    def check(numbers):
        data = ", ".join(f'"n{index}": {each}' for index, each in enumerate(numbers))

        answer = open_ticket(headers, f'{{{data}, "deep": [{{"n": {numbers[0]}}}]}}')

        assert answer.status == 201, answer.body
        stored = exact(answer)["data"]
        assert [stored[f"n{index}"] for index in range(len(numbers))] == [
            *map(Decimal, numbers)
        ]
        assert stored["deep"] == [{"n": Decimal(numbers[0])}]

    check()


def test_history_shows_every_digit(headers):
    number = "12345678901234567890.12345678901234567890"
    ticket = open_ticket(headers, f'{{"n": {number}}}').json

    path = f"/v1/tickets/{ticket['id']}/events"
    answer = send(list_ticket_events, "GET", path, headers=headers("customer"))

    [opened] = exact(answer)["items"]
    assert opened["after"]["data"] == {"n": Decimal(number)}


@pytest.mark.parametrize(
    "number",
    [
        "1e309",
        "-1e400",
        "1e-1001",
        "9" * 5000,
        "1e99999999999999999999",
        "0." + "1" * 1001,
    ],
)
def test_numbers_beyond_the_bounds_are_refused_with_their_place(headers, number):
    answer = open_ticket(headers, f'{{"n": {number}}}')

    assert (answer.status, answer.problem) == (422, "invalid")
    [error] = answer.json["errors"]
    assert error["pointer"] == "#/data"
    assert "number up to 1e308 with at most 1,000 decimals" in error["detail"]


@pytest.mark.parametrize("text", ["\\u0000", "\\u00001.5", "\\u0000\\u00001"])
def test_no_text_passes_for_a_number(headers, text):
    answer = open_ticket(headers, f'{{"n": "{text}"}}')

    assert (answer.status, answer.problem) == (422, "invalid")
    assert "NUL" in answer.json["errors"][0]["detail"]


def test_a_field_takes_what_no_double_holds(headers):
    field = {"key": "sum", "type": "number", "agent_label": "Sum"}
    made = send(manage_fields, "POST", "/v1/fields", field, headers=headers("admin"))
    assert (made.status, made.headers["etag"]) == (201, '"1"')

    right = open_ticket(headers, '{"sum": 12345678901234567890.123456789}')
    wrong = open_ticket(headers, '{"sum": 1e30}')

    assert exact(right)["data"]["sum"] == Decimal("12345678901234567890.123456789")
    assert (wrong.status, wrong.problem) == (422, "invalid-data")
    assert wrong.json["errors"] == [
        {
            "pointer": "#/data/sum",
            "detail": "must be a number with at most 30 digits before and after the"
            " decimal point",
        }
    ]
    read = {**headers("admin"), "if-match": '"1"'}
    path = "/v1/fields/sum"
    changed = send(manage_fields, "PATCH", path, {"active": False}, headers=read)
    stale = send(manage_fields, "PATCH", path, {"active": True}, headers=read)
    listed = send(manage_fields, "GET", "/v1/fields", headers=headers("customer"))
    denied = send(manage_fields, "POST", "/v1/fields", field, headers=headers("agent"))
    assert (changed.status, changed.json["active"]) == (200, False)
    assert (stale.status, denied.status) == (412, 403)
    assert [field["key"] for field in listed.json["items"]][-1] == "sum"
