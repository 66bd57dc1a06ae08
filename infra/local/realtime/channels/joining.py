"""Join a channel: verify the token and check the policies."""

from dataclasses import dataclass

from aiohttp import web

from infra.local.realtime.access import Claims, Policies, Verifier

from .channel import PREFIX, Channel, JoinConfig, Outlet
from .frames import Frame
from .hub import Hub

OPAQUE = "sb_"  # API keys begin so, and are no tokens
NO_PERMISSION = "You do not have permissions to read from this Channel topic"


@dataclass(frozen=True)
class Service:
    """What all sockets share."""

    hub: Hub
    policies: Policies
    verifier: Verifier


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
    payload = frame.payload or {}
    config = JoinConfig.read(payload.get("config") or {})
    channel = Channel(frame.topic, frame.join_ref or frame.ref, config, outlet)
    token = payload.get("access_token") or ""
    if token and not token.startswith(OPAQUE):
        claims = service.verifier.verify(token)
    if not await channel.admit(claims, service.policies):
        topic = channel.room.topic
        raise JoinRefused(f"Unauthorized: {NO_PERMISSION}: {topic}")
    return channel
