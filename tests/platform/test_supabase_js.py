"""supabase-js (protocol 2.0.0), unchanged, in the place of a frontend."""

import pytest

from .support import node

pytestmark = pytest.mark.slow


@pytest.fixture
def story(platform, node_modules):
    keys = platform.keys

    def run(name):
        arguments = (platform.url, keys.publishable, keys.secret, name)
        return node("supabase.mjs", node_modules, *arguments)

    return run


def test_people_sign_up_refresh_and_leave(story):
    assert story("auth") == {
        "claims": True,
        "rotated": True,
        "wrong": "invalid_credentials",
        "users": 1,
        "left": None,
    }


def test_rows_are_written_counted_and_closed(story):
    assert story("rest") == {"body": "hello", "closed": "42501", "count": 1}


def test_a_private_channel_hears_the_database_and_itself(story):
    told = story("realtime")

    state, reason = told.pop("refused")
    assert state == "CHANNEL_ERROR"
    assert "Unauthorized" in reason
    assert told == {
        "own_join": "SUBSCRIBED",
        "number": 7,
        "meta": True,
        "acknowledged": "ok",
        "spoken": {"a": 1},
    }


def test_a_message_is_sent_by_http(story):
    assert story("http") == {"sent": True, "got": {"n": 1}}
