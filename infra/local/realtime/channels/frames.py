"""Parse and write frames: objects (version 1.0.0), arrays and bytes (2.0.0)."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

CLIENT_PUSH = 3  # first byte of a broadcast from a client
SERVER_BROADCAST = 4  # first byte of a broadcast to a client
JSON_ENCODED = 1


@dataclass(frozen=True)
class Frame:
    """One message of the channel protocol; refs tie replies to requests."""

    topic: str
    event: str
    payload: Any
    ref: str | None = None
    join_ref: str | None = None
    in_bytes: bool = False


@dataclass(frozen=True)
class Broadcast:
    """A message to everyone on a topic.

    Attributes:
        event: the sender's name for it.
        payload: JSON, or bytes that only version 2.0.0 can carry.
        meta: what Realtime adds, for instance the row id.
        in_bytes: whether version 2.0.0 receives it as a binary frame.
    """

    event: str
    payload: Any
    meta: dict[str, str] | None = None
    in_bytes: bool = True

    def envelope(self) -> dict[str, Any]:
        """Return the JSON form."""
        body = {"event": self.event, "payload": self.payload, "type": "broadcast"}
        return body | ({"meta": self.meta} if self.meta else {})


class Serializer(Protocol):
    """Extension point: one class a protocol version, listed in `SERIALIZERS` below."""

    def read(self, data: str | bytes) -> Frame:
        """Parse what a client sent; ValueError if it is no frame."""
        ...

    def write(self, frame: Frame) -> str:
        """Return the text of a frame."""
        ...

    def broadcast(self, topic: str, message: Broadcast) -> str | bytes | None:
        """Return the form of a broadcast; None if this version cannot carry it."""
        ...


class ObjectSerializer:
    """Version 1.0.0: every frame is a JSON object, and `ref` is always there."""

    def read(self, data: str | bytes) -> Frame:
        """Parse a JSON object."""
        body = json.loads(data)
        join_ref, ref = body.get("join_ref"), body.get("ref")
        return Frame(body["topic"], body["event"], body.get("payload"), ref, join_ref)

    def write(self, frame: Frame) -> str:
        """Return the frame as an object."""
        names = ("topic", "event", "payload", "ref")
        return json.dumps({name: getattr(frame, name) for name in names})

    def broadcast(self, topic: str, message: Broadcast) -> str | bytes | None:
        """Return the envelope as text; bytes cannot be carried."""
        if isinstance(message.payload, bytes):
            return None
        return self.write(Frame(topic, "broadcast", message.envelope()))


class ArraySerializer:
    """Version 2.0.0: frames are JSON arrays, most broadcasts are bytes."""

    def read(self, data: str | bytes) -> Frame:
        """Parse an array, or the bytes of a broadcast."""
        if isinstance(data, bytes):
            return _client_push(data)
        join_ref, ref, topic, event, payload = json.loads(data)
        return Frame(topic, event, payload, ref, join_ref)

    def write(self, frame: Frame) -> str:
        """Return the frame as an array."""
        head = [frame.join_ref, frame.ref, frame.topic]
        return json.dumps([*head, frame.event, frame.payload])

    def broadcast(self, topic: str, message: Broadcast) -> str | bytes | None:
        """Return bytes, or the envelope as text if it was sent as text."""
        if not message.in_bytes:
            return self.write(Frame(topic, "broadcast", message.envelope()))
        is_bytes = isinstance(message.payload, bytes)
        meta = json.dumps(message.meta) if message.meta else ""
        texts = [text.encode() for text in (topic, message.event, meta)]
        head = [SERVER_BROADCAST, *map(len, texts), 0 if is_bytes else JSON_ENCODED]
        body = message.payload if is_bytes else json.dumps(message.payload).encode()
        return bytes(head) + b"".join(texts) + body


def _client_push(data: bytes) -> Frame:
    """Parse: kind, five lengths, encoding, then the five texts and the payload."""
    if len(data) < 7 or data[0] != CLIENT_PUSH:  # noqa: PLR2004
        raise ValueError("Unknown binary frame.")
    texts, start = [], 7
    for length in data[1:6]:
        texts.append(data[start : start + length].decode())
        start += length
    join_ref, ref, topic, event, _ = texts
    payload = json.loads(data[start:]) if data[6] == JSON_ENCODED else data[start:]
    body = {"type": "broadcast", "event": event, "payload": payload}
    return Frame(topic, "broadcast", body, ref or None, join_ref or None, True)


FIRST_VERSION = "1.0.0"
SERIALIZERS: dict[str, Serializer] = {
    FIRST_VERSION: ObjectSerializer(),
    "2.0.0": ArraySerializer(),
}
