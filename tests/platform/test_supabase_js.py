"""supabase-js (protocol 2.0.0), unchanged, in the place of a frontend."""

from pathlib import Path

import pytest

from tests.node_scripts import run_script

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("supabase.mjs")


@pytest.fixture
def story(platform, node_modules):
    keys = platform.keys

    def run(name):
        settings = {
            "url": platform.url,
            "publishable": keys.publishable,
            "secret": keys.secret,
            "mail": str(platform.mail_folder),
            "story": name,
        }
        return run_script(SCRIPT, node_modules, settings)

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


def test_a_private_channel_gets_messages_of_the_database_and_its_own(story):
    result = story("realtime")

    state, reason = result.pop("refused")
    assert state == "CHANNEL_ERROR"
    assert "Unauthorized" in reason
    assert result == {
        "own_join": "SUBSCRIBED",
        "number": 7,
        "meta": True,
        "acknowledged": "ok",
        "spoken": {"a": 1},
    }


def test_a_message_is_sent_by_http(story):
    assert story("http") == {"sent": True, "got": {"n": 1}}


def test_a_forgotten_password_is_reset_by_email(story):
    assert story("reset") == {
        "sent": None,
        "target": "http://localhost:3000/new",
        "verified": True,
        "recovery": True,
        "changed": None,
        "again": "otp_expired",
        "entered": True,
    }


def test_people_sign_in_by_the_code_or_the_link_of_an_email(story):
    assert story("magic") == {
        "sent": None,
        "wrong": "otp_expired",
        "typed": True,
        "name": "Ada",
        "target": "http://localhost:3000",
        "type": "magiclink",
        "set": True,
        "closed": "otp_disabled",
    }
