import base64
import json
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.core.errors import Malformed
from shared.core.types import TicketPriority, decode_cursor, encode_cursor, read_page

SHAPES = [
    tuple[int],
    tuple[str, UUID],
    tuple[datetime, UUID],
    tuple[TicketPriority, datetime, UUID],
]
times = st.datetimes(timezones=st.just(UTC))


def cursor_of(*sort_key):
    return encode_cursor(sort_key)


@given(st.integers(1, 2**62))
def test_a_number_survives_its_cursor(number):
    assert decode_cursor(cursor_of(number), tuple[int]) == (number,)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.uuids())
def test_a_name_and_an_id_survive_their_cursor(name, id_):
    assert decode_cursor(cursor_of(name, id_), tuple[str, UUID]) == (name, id_)


@given(st.sampled_from(TicketPriority), times, st.uuids())
def test_a_sort_key_of_a_queue_survives_its_cursor(priority, time, id_):
    shape = tuple[TicketPriority, datetime, UUID]

    sort_key = decode_cursor(cursor_of(priority, time, id_), shape)

    assert sort_key == (priority, time, id_)


@pytest.mark.parametrize("shape", SHAPES)
@given(st.text())
@example("\ud800")
@example("====")
@example("W10=")
@example(base64.b64encode(b"[" * 100_000).decode())
@example(base64.b64encode(b'["' + b"9" * 5_000 + b'"]').decode())
@example(base64.b64encode(b'["\\ud800", "\\u0000"]').decode())
@example(base64.b64encode(b"\xff\xfe").decode())
def test_garbage_is_malformed_and_nothing_else(shape, garbage):
    try:
        sort_key = decode_cursor(garbage, shape)
    except Malformed:
        return

    assert len(sort_key) == len(shape.__args__)


@pytest.mark.parametrize("shape", SHAPES)
@given(st.recursive(st.none() | st.floats() | st.text(), st.lists, max_leaves=6))
def test_any_json_is_a_sort_key_or_malformed(shape, value):
    cursor = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

    try:
        sort_key = decode_cursor(cursor, shape)
    except Malformed:
        return

    assert len(sort_key) == len(shape.__args__)


@given(st.integers(1, 2**40), st.data())
def test_a_truncated_cursor_is_malformed(number, data):
    cursor = cursor_of(number)
    cut = data.draw(st.integers(0, len(cursor) - 1))

    with pytest.raises(Malformed) as refused:
        decode_cursor(cursor[:cut], tuple[int])

    assert refused.value.problem == "bad-cursor"


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_a_cursor_of_another_list_is_malformed(shape):
    with pytest.raises(Malformed):
        decode_cursor(cursor_of(1042), shape)


def test_no_cursor_is_the_beginning():
    assert decode_cursor(None, tuple[int]) is None


@pytest.mark.parametrize(
    ("following", "shape", "sort_key"),
    [(20, tuple[int], (20,)), (["A", 3], tuple[str, int], ("A", 3))],
)
def test_the_next_page_begins_where_the_database_says(following, shape, sort_key):
    answer = {"items": [{"id": 10}, {"id": 20}], "next": following}

    page = read_page(answer, itemgetter("id"))

    assert page.items == [10, 20]
    assert decode_cursor(page.next_cursor, shape) == sort_key


def test_the_last_page_has_no_next_cursor():
    page = read_page({"items": [], "next": None}, itemgetter("id"))

    assert (page.items, page.next_cursor) == ([], None)
