"""Tests of several transactions fail where they would hang."""

import pytest
from psycopg.errors import LockNotAvailable

pytestmark = pytest.mark.slow


def test_whoever_waits_for_a_lock_that_never_ends_is_refused(connect):
    first, second = connect(), connect()
    first.create_ticket()
    second.execute("set lock_timeout = '50ms'")

    with first.connection.transaction():
        first.execute("select from public.tickets for update")
        with pytest.raises(LockNotAvailable):
            second.execute("select from public.tickets for update")

    assert first.scalar("show lock_timeout") == "10s"


def test_a_call_that_does_not_wait_is_told_at_once(connect):
    first, second = connect(), connect()

    with (
        pytest.raises(AssertionError, match="did not wait"),
        first.blocking(second.create_ticket),
    ):
        pass


def test_a_failure_in_the_block_ends_the_call_that_waits(connect):
    first, second = connect(), connect()
    ticket = first.create_ticket()

    late = None

    def fail():
        nonlocal late
        with first.blocking(second.note, ticket) as late:
            first.note(ticket)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert late.result()["body"] == "Psst."
