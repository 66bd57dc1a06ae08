"""Whatever one frame, row or client of Realtime does, the others go on."""

import asyncio
import json
import socket
import struct
import uuid
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.ports import free_ports
from infra.local.processes import running
from tests.channels import connected, subscribe

from .peers import PATIENCE, peer

pytestmark = pytest.mark.slow
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
EVENTS = (
    "phx_join",
    "phx_leave",
    "access_token",
    "broadcast",
    "presence",
    "heartbeat",
    "?",
)
MEMBERS = ("config", "event", "payload", "access_token", "type")
CONFIGS = ("broadcast", "presence", "private", "postgres_changes", "key", "enabled")


def objects(names, values):
    return st.dictionaries(st.sampled_from(names), values, max_size=4)


BODIES = JSON | objects(MEMBERS, JSON | objects(CONFIGS, JSON))
TOPICS = st.sampled_from(["realtime:mine", "realtime:", "phoenix", "x"]) | JSON
FRAMES = st.one_of(
    st.text().map(str),
    JSON.map(json.dumps),
    st.tuples(JSON, JSON, TOPICS, st.sampled_from(EVENTS) | JSON, BODIES).map(
        json.dumps
    ),
    st.binary(),
    st.binary().map(lambda rest: b"\3" + rest),
)
HOSTILE = {
    "a broadcast that is no object": {"config": {"broadcast": True}},
    "a presence that is no object": {"config": {"presence": [1]}},
    "a config that is no object": {"config": "x"},
    "a payload that is no object": 7,
    "a token that is no text": {"access_token": {"a": 1}},
    "a token with a character of its own": {"access_token": "ü.\0.é"},
}


def topic():
    return f"realtime:{uuid.uuid4()}"


async def talks(first, second, name):
    """Whether what one says on a topic is heard by another."""
    said = {"type": "broadcast", "event": "x", "payload": {"said": name}}
    await first.send(name, "broadcast", said)
    return (await second.until("broadcast"))["payload"] == {"said": name}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_join_leaves_the_other_channels_of_its_socket(platform, payload):
    async def story():
        async with peer(platform) as first, peer(platform) as second:
            name = topic()
            await first.join(name)
            await second.join(name)
            await first.ask(topic(), "phx_join", payload)
            return await talks(first, second, name)

    assert asyncio.run(story())


@pytest.mark.parametrize("payload", ["typing", 1, True, None, [{}]])
def test_a_presence_that_is_no_object_is_refused(platform, payload):
    async def story():
        async with peer(platform) as first, peer(platform) as second:
            name, config = topic(), {"presence": {"enabled": True}}
            await first.join(name, config)
            await second.join(name, config)
            body = {"type": "presence", "event": "track", "payload": payload}
            refused = await first.ask(name, "presence", body)
            return refused, await talks(first, second, name)

    refused, talking = asyncio.run(story())

    reason = "Presence track payload must be a map"
    assert refused == {"status": "error", "response": {"reason": reason}}
    assert talking


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_no_frame_ends_the_channels_of_anybody(platform, version):
    """Frames of any content, on one socket in either version."""
    name = topic()

    async def story(frames):
        url = f"{platform.url}/realtime/v1/websocket"
        key = {"apikey": platform.keys.publishable, "vsn": version}
        async with peer(platform) as first, peer(platform) as second:
            await first.join(name)
            await second.join(name)
            async with first.session.ws_connect(url, params=key) as hostile:
                for frame in frames:
                    send = hostile.send_str if isinstance(frame, str) else None
                    await (send or hostile.send_bytes)(frame)
                await hostile.send_json(heartbeat(version))
                while True:
                    message = await hostile.receive(timeout=PATIENCE)
                    if '"last"' in str(message.data):
                        break
                    assert not hostile.closed, message
            return await talks(first, second, name)

    @FEW
    @given(st.lists(FRAMES, min_size=1, max_size=8))
    def check(frames):
        assert asyncio.run(story(frames))

    check()
    assert asyncio.run(official_client_hears_itself(platform))


async def official_client_hears_itself(platform):
    """Whether supabase-py joins, sends, and gets what it sent."""
    async with connected(platform.url, platform.keys.publishable) as client:
        channel = client.channel("official", {"config": {"broadcast": {"self": True}}})
        heard = asyncio.Queue()
        channel.on_broadcast("x", heard.put_nowait)
        assert await subscribe(channel) == ("SUBSCRIBED", "")
        await channel.send_broadcast("x", {"a": 1})
        message = await asyncio.wait_for(heard.get(), PATIENCE)
        return message["payload"] == {"a": 1}


def heartbeat(version):
    if version == "2.0.0":
        return [None, "last", "phoenix", "heartbeat", {}]
    return {"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "last"}


SEND = "select realtime.send(%s::jsonb, %s, %s, false)"
ROWS = {
    "an event longer than a frame of bytes can name": "repeat('x', 256), '{}'::jsonb",
    "no event": "null, '{}'::jsonb",
    "an empty event": "'', '{}'::jsonb",
    "no payload": "'x', null",
    "a payload larger than the platform takes": (
        "'x', jsonb_build_object('a', repeat('x', 4000000))"
    ),
    "a payload that is no object": "'x', '[1]'::jsonb",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_row_after_a_hostile_one_is_sent(platform, superuser, row):
    async def story():
        async with peer(platform) as listener:
            name = topic()
            await listener.join(name)
            bare = name.removeprefix("realtime:")
            superuser.execute(
                "insert into realtime.messages"
                f" (topic, extension, event, payload) select %s, 'broadcast', {row}",
                [bare],
            )
            superuser.execute(SEND, ['{"last": true}', "x", bare])
            while (message := await listener.broadcast()) == [1]:
                pass
            return message

    assert asyncio.run(story())["last"] is True


def test_a_note_that_names_no_row_loses_none(platform, superuser):
    async def story():
        async with peer(platform) as listener:
            name = topic()
            await listener.join(name)
            superuser.execute("select pg_notify('realtime_messages', 'no id')")
            bare = name.removeprefix("realtime:")
            superuser.execute(SEND, ['{"last": true}', "x", bare])
            return await listener.broadcast()

    assert asyncio.run(story())["last"] is True


@FEW
@given(
    event=st.text(max_size=300).filter(lambda text: "\0" not in text),
    payload=JSON.filter(lambda value: "\\u0000" not in json.dumps(value)),
    binary=st.none() | st.binary(),
)
def test_rows_of_any_content_are_sent_or_skipped(
    platform, superuser, event, payload, binary
):
    row = "insert into realtime.messages (topic, extension, event, payload,"
    row += " binary_payload) values (%s, 'broadcast', %s, %s::jsonb, %s)"

    async def story():
        async with peer(platform) as listener:
            name = topic()
            await listener.join(name)
            bare = name.removeprefix("realtime:")
            text = None if binary is not None else json.dumps(payload)
            superuser.execute(row, [bare, event, text, binary])
            superuser.execute(SEND, ['{"last": true}', "x", bare])
            while not is_last(await listener.broadcast()):
                pass

    asyncio.run(story())


def is_last(message):
    return isinstance(message, dict) and message.get("last") is True


def test_a_client_that_stops_reading_stalls_nobody(platform):
    """It is dropped once more waits for it than it may leave unread."""
    text, said = "x" * 500_000, 60

    async def story():
        async with peer(platform) as first, peer(platform) as second:
            name = topic()
            config = {"presence": {"enabled": True}}
            await first.join(name)
            await second.join(name, config)
            with stalled(platform, name):
                await second.until("presence_diff")
                heard, left = [], False
                for number in range(said):
                    payload = {"number": number, "text": text}
                    body = {"type": "broadcast", "event": "x", "payload": payload}
                    await first.send(name, "broadcast", body)
                    # Read at once: this one is to be no slow client itself.
                    while len(heard) <= number:
                        *_, event, payload = await second.frame()
                        left = left or bool(payload.get("leaves"))
                        if event == "broadcast":
                            heard.append(payload["payload"]["number"])
                if not left:
                    assert (await second.until("presence_diff"))["leaves"]
                return heard

    assert asyncio.run(story()) == list(range(said))


def test_what_is_larger_than_the_platform_takes_is_sent_to_nobody(platform):
    large = {"a": "x" * (3 << 20)}

    async def story():
        async with peer(platform) as first, peer(platform) as second:
            name = topic()
            await first.join(name, {"broadcast": {"ack": True}})
            await second.join(name, {"presence": {"enabled": True}})
            said = {"type": "broadcast", "event": "x", "payload": large}
            dropped = await first.ask(name, "broadcast", said)
            talking = await talks(first, second, name)
            await first.send(name, "presence", {"event": "track", "payload": large})
            end = await first.until("system")
            return dropped["status"], talking, end, await second.missed("presence_diff")

    dropped, talking, end, unseen = asyncio.run(story())

    assert (dropped, talking, unseen) == ("error", True, True)
    assert end["message"] == "Track message size exceeded"


@contextmanager
def stalled(platform, name):
    """A client that joins, tracks itself, and reads nothing from then on."""
    host, port = "127.0.0.1", platform.ports.api
    key = platform.keys.publishable
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((host, port))
        head = (
            f"GET /realtime/v1/websocket?apikey={key}&vsn=2.0.0 HTTP/1.1\r\n"
            f"Host: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        connection.sendall(head.encode())
        join = {"config": {"presence": {"enabled": True, "key": "stalled"}}}
        track = {"type": "presence", "event": "track", "payload": {"a": 1}}
        for frame in (
            ["1", "1", name, "phx_join", join],
            ["1", "2", name, "presence", track],
        ):
            connection.sendall(masked(json.dumps(frame).encode()))
        yield


def masked(text):
    """Return the WebSocket frame of a client; with a mask of zeros it is plain."""
    size = (
        bytes([0x80 | len(text)])
        if len(text) < 126
        else b"\xfe" + struct.pack("!H", len(text))
    )
    return b"\x81" + size + bytes(4) + text


def test_a_client_that_sends_no_heartbeat_is_present_no_longer(platform):
    [port] = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    service = next(each for each in platform.services() if each.name == "realtime")
    environment = {**service.environment, "PORT": str(port), "IDLE_LIMIT": "4"}
    impatient = replace(service, environment=environment, ready=f"{base}/health")

    async def story():
        async with peer(platform, base) as dead, peer(platform, base) as alive:
            name, config = topic(), {"presence": {"enabled": True}}
            await alive.join(name, config)
            await dead.join(name, {"presence": {"enabled": True, "key": "dead"}})
            body = {"type": "presence", "event": "track", "payload": {"a": 1}}
            await dead.send(name, "presence", body)
            assert "dead" in (await alive.until("presence_diff"))["joins"]
            beating = asyncio.create_task(beat(alive))
            left = await alive.until("presence_diff")
            beating.cancel()
            return list(left["leaves"])

    with running([impatient]):
        assert asyncio.run(story()) == ["dead"]


async def beat(client):
    while True:
        await client.send("phoenix", "heartbeat", {})
        await asyncio.sleep(0.3)
