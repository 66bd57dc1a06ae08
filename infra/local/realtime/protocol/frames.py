"""Parse and write frames: objects (version 1.0.0), arrays and bytes (2.0.0)."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from infra.local.strict_json import loads

CLIENT_PUSH = 3  # first byte of a broadcast from a client
SERVER_BROADCAST = 4  # first byte of a broadcast to a client
JSON_ENCODED = 1
PUSH_HEAD = 7  # bytes: kind, five lengths, encoding
LONGEST = 255  # bytes of a text in a frame of bytes, where one byte holds the length
ARRAY = 5  # items of a frame that is an array


class Malformed(ValueError):
    """What a client sent is no frame; the message says why."""


@dataclass(frozen=True)
class Frame:
    """One message of the channel protocol; refs tie replies to requests."""

    topic: str
    event: str
    payload: Any
    ref: str | int | None = None
    join_ref: str | int | None = None
    in_bytes: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The payload of a client that keeps to the protocol; else an empty one."""
        return self.payload if isinstance(self.payload, dict) else {}


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

    @cached_property
    def encoded(self) -> bytes:
        """The payload as bytes, once for all subscribers."""
        if isinstance(self.payload, bytes):
            return self.payload
        return json.dumps(self.payload).encode()

    def envelope(self) -> dict[str, Any]:
        """Return the JSON form."""
        body = {"event": self.event, "payload": self.payload, "type": "broadcast"}
        return body | ({"meta": self.meta} if self.meta else {})


class Serializer(Protocol):
    """Extension point: one class a protocol version, listed in `SERIALIZERS` below."""

    def read(self, data: str | bytes) -> Frame:
        """Parse what a client sent; ValueError, for instance Malformed, if no frame."""
        ...

    def write(self, frame: Frame) -> str:
        """Return the text of a frame."""
        ...

    def broadcast(self, topic: str, message: Broadcast) -> str | bytes | None:
        """Return the form of a broadcast; None if this version has none for it.

        Raises:
            ValueError: a text in it is too long for this version.
        """
        ...


class ObjectSerializer:
    """Version 1.0.0: every frame is a JSON object, and `ref` is always there."""

    def read(self, data: str | bytes) -> Frame:
        """Parse a JSON object."""
        body = loads(data)
        if not isinstance(body, dict):
            raise Malformed("no object")
        get = body.get
        refs = (get("ref"), get("join_ref"))
        return _frame(get("topic"), get("event"), get("payload"), *refs)

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
        items = loads(data)
        if not isinstance(items, list) or len(items) != ARRAY:
            raise Malformed("no array of five")
        join_ref, ref, topic, event, payload = items
        return _frame(topic, event, payload, ref, join_ref)

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
        if max(map(len, texts)) > LONGEST:
            raise ValueError(f"topic, event or meta is longer than {LONGEST} bytes")
        head = [SERVER_BROADCAST, *map(len, texts), 0 if is_bytes else JSON_ENCODED]
        return bytes(head) + b"".join(texts) + message.encoded


def _frame(
    topic: object, event: object, payload: object, ref: object, join_ref: object
) -> Frame:
    """Return a frame whose members have the types of the protocol.

    Raises:
        Malformed: one has not.
    """
    if not isinstance(topic, str) or not isinstance(event, str):
        raise Malformed("topic or event is no text")
    return Frame(topic, event, payload, _ref(ref), _ref(join_ref))


def _ref(value: object) -> str | int | None:
    if value is None or isinstance(value, str | int):
        return value
    raise Malformed("a ref is no text")


def _client_push(data: bytes) -> Frame:
    """Parse: kind, five lengths, encoding, then the five texts and the payload."""
    if len(data) < PUSH_HEAD or data[0] != CLIENT_PUSH:
        raise Malformed("unknown frame of bytes")
    texts, start = [], PUSH_HEAD
    for length in data[1:6]:
        texts.append(data[start : start + length].decode())
        start += length
    if start > len(data):
        raise Malformed("a frame of bytes ends early")
    join_ref, ref, topic, event, _ = texts
    payload = loads(data[start:]) if data[6] == JSON_ENCODED else data[start:]
    body = {"type": "broadcast", "event": event, "payload": payload}
    return Frame(topic, "broadcast", body, ref or None, join_ref or None, True)


FIRST_VERSION = "1.0.0"
SERIALIZERS: dict[str, Serializer] = {
    FIRST_VERSION: ObjectSerializer(),
    "2.0.0": ArraySerializer(),
}
