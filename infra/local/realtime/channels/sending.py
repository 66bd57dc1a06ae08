"""Serve what a client sends on a channel: broadcasts, and its own presence."""

import logging
from collections.abc import Callable
from typing import Any

from infra.local.realtime.protocol import Broadcast, Frame

from .channel import Channel
from .hub import TooLarge
from .joining import Service

NO_MAP = "Presence track payload must be a map"
Reply = Callable[[str, dict[str, Any]], None]

log = logging.getLogger("realtime")


async def send_broadcast(
    channel: Channel, frame: Frame, service: Service, reply: Reply
) -> None:
    """Send to the others; without the right to, there is not even a reply."""
    if not await channel.may_send("broadcast", service.policies):
        return
    event, payload = str(frame.body.get("event", "")), frame.body.get("payload")
    message = Broadcast(event, payload, None, frame.in_bytes)
    skip = None if channel.config.to_self else channel
    status = "ok"
    try:
        service.hub.send(channel.room, message, skip)
    except TooLarge:
        log.warning("a client's broadcast was dropped: it is too large")
        status = "error"
    if channel.config.acknowledge:
        reply(status, {})


async def change_presence(
    channel: Channel, frame: Frame, service: Service, reply: Reply
) -> None:
    """Show the client to the others, or no longer.

    Raises:
        TooLarge: the channel is to be closed.
    """
    match str(frame.body.get("event")).lower():
        case "track":
            await _track(channel, frame, service, reply)
        case "untrack":
            reply("ok", {})
            service.hub.untrack(channel.room, channel)
        case _:
            reply("error", {})


async def _track(
    channel: Channel, frame: Frame, service: Service, reply: Reply
) -> None:
    meta = frame.body.get("payload", {})
    if not await channel.may_send("presence", service.policies):
        reply("error", {})
        return
    if not isinstance(meta, dict):
        reply("error", {"reason": NO_MAP})
        return
    reply("ok", {})
    await channel.enable_presence(service.hub, service.policies)
    service.hub.track(channel.room, channel, meta)
