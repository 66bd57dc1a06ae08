"""Realtime frame by frame, where the official clients hide the messages."""

import asyncio

import aiohttp
import pytest

from .support import signed_up

pytestmark = pytest.mark.slow
PRIVATE = {"config": {"private": True}}


def talk(platform, *frames, until, version="2.0.0"):
    """Send frames and return what comes back, up to the event `until`."""
    return asyncio.run(_talk(platform, frames, until, version))


async def _talk(platform, frames, until, version):
    key = platform.keys.publishable
    url = f"{platform.url}/realtime/v1/websocket?apikey={key}&vsn={version}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        answers = []
        for frame in frames:
            await socket.send_json(frame)
        while not answers or event_of(answers[-1]) != until:
            answers.append(await socket.receive_json(timeout=30))
        return answers


def event_of(frame):
    return frame["event"] if isinstance(frame, dict) else frame[3]


@pytest.fixture
def session(platform):
    return signed_up(platform).auth.get_session()


def own(session):
    return f"realtime:user:{session.user.id}"


def test_a_heartbeat_is_answered(platform):
    beat = [None, "1", "phoenix", "heartbeat", {}]

    answers = talk(platform, beat, until="phx_reply")

    ok = {"status": "ok", "response": {}}
    assert answers == [[None, "1", "phoenix", "phx_reply", ok]]


def test_an_older_client_reads_objects_with_a_ref(platform):
    join = {"topic": "realtime:lobby", "event": "phx_join", "payload": {}, "ref": "1"}
    leave = {**join, "event": "phx_leave", "ref": "2"}

    answers = talk(platform, join, leave, until="phx_close", version="1.0.0")

    assert all(
        set(answer) >= {"topic", "event", "payload", "ref"} for answer in answers
    )
    assert [answer["event"] for answer in answers] == [
        "phx_reply",
        "phx_reply",
        "phx_close",
    ]


def test_what_was_never_joined_is_unmatched(platform):
    frame = [None, "1", "realtime:lobby", "broadcast", {}]

    [[*_, payload]] = talk(platform, frame, until="phx_reply")

    assert payload == {"status": "error", "response": {"reason": "unmatched topic"}}


def test_changes_of_tables_are_not_offered(platform):
    config = {"postgres_changes": [{"event": "*", "schema": "public"}]}
    join = ["1", "1", "realtime:lobby", "phx_join", {"config": config}]

    reply, system = talk(platform, join, until="system")

    assert reply[4] == {"status": "ok", "response": {"postgres_changes": []}}
    assert system[4]["status"] == "error"


def test_without_a_token_a_private_topic_is_refused(platform, session):
    join = ["1", "1", own(session), "phx_join", PRIVATE]

    [[*_, payload]] = talk(platform, join, until="phx_reply")

    assert payload["status"] == "error"
    assert payload["response"]["reason"].startswith("Unauthorized: ")


@pytest.mark.parametrize(
    ("token", "code"),
    [("nonsense", "MalformedJWT"), ("a.b.c", "MalformedJWT")],
)
def test_a_malformed_token_is_refused(platform, session, token, code):
    payload = {**PRIVATE, "access_token": token}
    join = ["1", "1", own(session), "phx_join", payload]

    [[*_, answer]] = talk(platform, join, until="phx_reply")

    assert answer["response"]["reason"].startswith(f"{code}: ")


def test_a_token_that_loses_the_right_ends_the_channel(platform, session):
    other = signed_up(platform).auth.get_session()
    payload = {**PRIVATE, "access_token": session.access_token}
    join = ["1", "1", own(session), "phx_join", payload]
    renew = [
        "1",
        "2",
        own(session),
        "access_token",
        {"access_token": other.access_token},
    ]

    answers = talk(platform, join, renew, until="phx_close")

    assert [event_of(each) for each in answers] == ["phx_reply", "system", "phx_close"]
    assert "permissions to read" in answers[1][4]["message"]


def test_who_may_only_listen_is_not_even_answered(platform, session):
    listening = f"realtime:listen:{session.user.id}"
    payload = {
        "config": {"private": True, "broadcast": {"ack": True}},
        "access_token": session.access_token,
    }
    join = ["1", "1", listening, "phx_join", payload]
    speak = ["1", "2", listening, "broadcast", {"event": "x", "payload": {}}]
    leave = ["1", "3", listening, "phx_leave", {}]

    answers = talk(platform, join, speak, leave, until="phx_close")

    assert [frame[1] for frame in answers if frame[3] == "phx_reply"] == ["1", "3"]


def test_joining_again_closes_the_older_channel(platform):
    first = ["1", "1", "realtime:lobby", "phx_join", {}]
    second = ["2", "2", "realtime:lobby", "phx_join", {}]

    answers = talk(platform, first, second, until="phx_close")

    assert answers[-1][0] == "1"


@pytest.mark.parametrize("key", ["", "unknown"])
def test_a_socket_needs_a_key(platform, key):
    async def connect():
        url = f"{platform.url}/realtime/v1/websocket?apikey={key}"
        async with aiohttp.ClientSession() as session, session.ws_connect(url):
            pass

    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        asyncio.run(connect())
    assert refusal.value.status == 401
