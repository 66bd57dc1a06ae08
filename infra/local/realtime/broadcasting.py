"""Routes that broadcast by HTTP: many messages in one call, or one by its address."""

from typing import Any

from aiohttp import web

from infra.local.strict_json import loads

from .access import Claims, TokenRefused
from .channels import LARGEST, SERVICE, Room, Service, TooLarge
from .protocol import Broadcast

routes = web.RouteTableDef()
TYPES: dict[str, type] = {"topic": str, "event": str, "payload": dict}
ACCEPTED = 202


@routes.post("/api/broadcast")
async def broadcast_many(request: web.Request) -> web.Response:
    """Send a batch; private messages the caller may not send are dropped."""
    service, claims = request.app[SERVICE], _caller(request)
    if claims is None:
        return web.json_response({"message": "Unauthorized"}, status=401)
    messages = await _messages(request)
    errors = [_errors(message) for message in messages]
    if not messages or any(errors):
        complaint: object = errors or ["can't be blank"]
        return web.json_response({"errors": {"messages": complaint}}, status=422)
    for message in messages:
        room = Room(message["topic"], message.get("private") is True)
        if await _may_send(service, room, claims):
            content = Broadcast(message["event"], message["payload"], None, False)
            _send(service, room, content)
    return web.Response(status=ACCEPTED)


@routes.post("/api/broadcast/{topic}/events/{event}")
async def broadcast_one(request: web.Request) -> web.Response:
    """Send one message, JSON or bytes."""
    service, claims = request.app[SERVICE], _caller(request)
    if claims is None:
        return web.json_response({"message": "Unauthorized"}, status=401)
    private = request.query.get("private", "").lower() == "true"
    room = Room(request.match_info["topic"], private)
    if not await _may_send(service, room, claims):
        return web.json_response({"message": "Unauthorized"}, status=403)
    body = await request.read()
    match request.content_type:
        case "application/json":
            try:
                message = Broadcast(request.match_info["event"], loads(body))
            except ValueError:
                return web.json_response({"message": "Bad Request"}, status=400)
        case "application/octet-stream":
            message = Broadcast(request.match_info["event"], body)
        case _:
            text = "Unsupported Media Type"
            return web.json_response({"message": text}, status=415)
    _send(service, room, message)
    return web.Response(status=ACCEPTED)


def _caller(request: web.Request) -> Claims | None:
    header = request.headers.get("Authorization", "")
    token = header[7:] if header.lower().startswith("bearer ") else ""
    try:
        key = token or request.headers.get("apikey", "")
        return request.app[SERVICE].verifier.verify(key)
    except TokenRefused:
        return None


def _send(service: Service, room: Room, message: Broadcast) -> None:
    """Send to everyone in a room.

    Raises:
        HTTPRequestEntityTooLarge: the payload is larger than the platform takes.
    """
    try:
        service.hub.send(room, message)
    except TooLarge as error:
        size = len(message.encoded)
        raise web.HTTPRequestEntityTooLarge(LARGEST, size) from error


async def _may_send(service: Service, room: Room, claims: Claims) -> bool:
    if not room.private:
        return True
    return "broadcast" in await service.policies.writable(room.topic, claims)


async def _messages(request: web.Request) -> list[Any]:
    """Return the messages of a batch; none if the body is none."""
    try:
        body = loads(await request.read())
    except ValueError:
        return []
    messages = body.get("messages") if isinstance(body, dict) else None
    return messages if isinstance(messages, list) else []


def _errors(message: object) -> dict[str, list[str]]:
    """Return what is wrong with a message of a batch, by member."""
    members = message if isinstance(message, dict) else {}
    return {
        name: ["can't be blank" if members.get(name) is None else "is invalid"]
        for name, kind in TYPES.items()
        if not isinstance(members.get(name), kind)
    }
