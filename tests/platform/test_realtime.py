"""Realtime with supabase-py's client (protocol 1.0.0), unchanged."""

import asyncio
import time

import aiohttp
import httpx
import jwt
import pytest

from tests import channels
from tests.channels import PRIVATE
from tests.channels import subscribe as joined

from .support import client, signed_up

pytestmark = pytest.mark.slow


def connected(platform, token=None):
    """A socket, signed in when there is a token."""
    return channels.connected(platform.url, platform.keys.publishable, token)


def listened(channel, event):
    """Return the queue of messages of an event."""
    queue = asyncio.Queue()
    channel.on_broadcast(event, queue.put_nowait)
    return queue


def announce(platform, topic, body):
    worker = client(platform, platform.keys.secret)
    worker.rpc("announce", {"topic": topic, "body": body}).execute()


@pytest.fixture
def person(platform):
    return signed_up(platform).auth.get_session()


def test_a_row_reaches_who_may_read_its_topic(platform, person):
    async def story():
        topic = f"user:{person.user.id}"
        async with connected(platform, person.access_token) as socket:
            channel = socket.channel(topic, PRIVATE)
            received = listened(channel, "note_added")
            assert await joined(channel) == ("SUBSCRIBED", "")

            for number in range(3):
                announce(platform, topic, {"number": number})

            return [await asyncio.wait_for(received.get(), 30) for _ in range(3)]

    messages = asyncio.run(story())

    assert [each["payload"]["number"] for each in messages] == [0, 1, 2]
    assert messages[0]["meta"]["id"] == messages[0]["payload"]["id"]


def test_another_persons_topic_is_refused(platform, person):
    async def story():
        async with connected(platform, person.access_token) as socket:
            stranger = "user:00000000-0000-0000-0000-000000000000"
            return await joined(socket.channel(stranger, PRIVATE))

    state, reason = asyncio.run(story())

    assert state == "CHANNEL_ERROR"
    assert "Unauthorized: You do not have permissions to read" in reason


def test_a_private_message_does_not_reach_the_public_room(platform, person):
    async def story():
        topic = f"user:{person.user.id}"
        async with connected(platform, person.access_token) as socket:
            public, private = socket.channel(topic), None
            on_public = listened(public, "note_added")
            await joined(public)
            async with connected(platform, person.access_token) as other:
                private = other.channel(topic, PRIVATE)
                received = listened(private, "note_added")
                await joined(private)
                announce(platform, topic, {})
                await asyncio.wait_for(received.get(), 30)
            return on_public.empty()

    assert asyncio.run(story())


def test_people_talk_in_a_public_room(platform):
    async def story():
        async with connected(platform) as first, connected(platform) as second:
            speaker, listener = first.channel("lobby"), second.channel("lobby")
            received, echo = listened(listener, "hi"), listened(speaker, "hi")
            await joined(speaker)
            await joined(listener)

            await speaker.send_broadcast("hi", {"words": "hello"})

            message = await asyncio.wait_for(received.get(), 30)
            return message["payload"], echo.empty()

    assert asyncio.run(story()) == ({"words": "hello"}, True)


def test_presence_shows_who_is_there(platform):
    async def story():
        async with connected(platform) as first, connected(platform) as second:
            config = {"config": {"presence": {"key": "ada", "enabled": True}}}
            ada = first.channel("office", config)
            bob = second.channel("office", {"config": {"presence": {"enabled": True}}})
            joins, leaves = asyncio.Queue(), asyncio.Queue()
            bob.on_presence_join(lambda key, old, new: joins.put_nowait((key, new)))
            bob.on_presence_leave(lambda key, old, left: leaves.put_nowait(key))
            await joined(bob)
            await joined(ada)

            await ada.track({"desk": 4})
            key, [meta] = await asyncio.wait_for(joins.get(), 30)
            await ada.untrack()
            return key, meta["desk"], await asyncio.wait_for(leaves.get(), 30)

    assert asyncio.run(story()) == ("ada", 4, "ada")


def test_a_channel_ends_with_its_token(platform, person):
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    short = {**claims, "exp": int(time.time()) + 2}
    key = jwt.PyJWK(dict(platform.keys.signing_key))
    headers = {"kid": platform.keys.signing_key["kid"]}
    token = jwt.encode(short, key.key, algorithm="ES256", headers=headers)

    frames = asyncio.run(frames_until_close(platform, person.user.id, token))

    assert [event for *_, event, _ in frames] == ["phx_reply", "system", "phx_close"]
    assert "Token has expired" in frames[1][4]["message"]


async def frames_until_close(platform, user_id, token):
    """Join without a library, because supabase-py hides why it was closed."""
    key = platform.keys.publishable
    url = f"{platform.url}/realtime/v1/websocket?apikey={key}&vsn=2.0.0"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        payload = {**PRIVATE, "access_token": token}
        topic = f"realtime:user:{user_id}"
        await socket.send_json(["1", "1", topic, "phx_join", payload])
        frames = []
        while not frames or frames[-1][3] != "phx_close":
            frames.append(await socket.receive_json(timeout=30))
        return frames


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("not-a-token", 401), ("publishable", 202)]
)
def test_broadcast_by_http_needs_a_key(platform, token, status):
    key = platform.keys.publishable if token == "publishable" else token
    message = {"topic": "lobby", "event": "x", "payload": {}}

    answer = httpx.post(
        f"{platform.url}/realtime/v1/api/broadcast",
        headers={"apikey": key} if key else {},
        json={"messages": [message]},
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("signed_in", "status"), [(True, 202), (False, 403)], ids=["own", "not own"]
)
def test_a_private_message_by_http_needs_the_right(platform, person, signed_in, status):
    headers = {"apikey": platform.keys.publishable}
    if signed_in:
        headers["Authorization"] = f"Bearer {person.access_token}"

    answer = httpx.post(
        f"{platform.url}/realtime/v1/api/broadcast/user:{person.user.id}/events/x",
        params={"private": "true"},
        headers=headers,
        json={},
    )

    assert answer.status_code == status


def test_an_incomplete_batch_is_explained(platform):
    answer = httpx.post(
        f"{platform.url}/realtime/v1/api/broadcast",
        headers={"apikey": platform.keys.publishable},
        json={"messages": [{"topic": "lobby"}]},
    )

    assert answer.status_code == 422
    assert set(answer.json()["errors"]["messages"][0]) == {"event", "payload"}
