"""Join a channel: verify the token and check the policies."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from infra.local.realtime.access import Claims, Policies, Verifier
from infra.local.realtime.protocol import Frame, JoinConfig

from .channel import PREFIX, Channel, Outlet
from .hub import Hub

OPAQUE = "sb_"  # API keys begin so, and are no tokens
NO_PERMISSION = "You do not have permissions to read from this Channel topic"


@dataclass(frozen=True)
class Service:
    """What all sockets share.

    Attributes:
        hub: where channels meet.
        policies: who may listen and send.
        verifier: of tokens.
        idle_limit: seconds after which a client that sends nothing counts as gone;
            clients send a heartbeat every 25.
        listening: set while rows of the database are received.
    """

    hub: Hub
    policies: Policies
    verifier: Verifier
    idle_limit: float
    listening: asyncio.Event = field(default_factory=asyncio.Event)


SERVICE = web.AppKey("service", Service)


class JoinRefused(Exception):
    """A channel cannot be joined; the message is the reason the client reads."""


async def admitted(
    frame: Frame, claims: Claims, outlet: Outlet, service: Service
) -> Channel:
    """Return the channel of a join request.

    Args:
        frame: the request.
        claims: of the socket; a token in the request comes before them.
        outlet: where the channel writes to.
        service: tokens and policies.

    Raises:
        JoinRefused: the topic is none, or the policies refuse it.
        TokenRefused: the token does not hold.
    """
    if not frame.topic.startswith(PREFIX):
        raise JoinRefused("unmatched topic")
    if frame.topic == PREFIX:
        raise JoinRefused("TopicNameRequired: You must provide a topic name")
    config = JoinConfig.read(frame.body.get("config"))
    channel = Channel(frame.topic, frame.join_ref or frame.ref, config, outlet)
    if token := token_of(frame):
        claims = service.verifier.verify(token)
    if not await channel.admit(claims, service.policies):
        topic = channel.room.topic
        raise JoinRefused(f"Unauthorized: {NO_PERMISSION}: {topic}")
    return channel


def token_of(frame: Frame) -> str:
    """Return the token in a frame; empty if it has none, or an API key in its place."""
    token = frame.body.get("access_token")
    if not isinstance(token, str) or token.startswith(OPAQUE):
        return ""
    return token
