"""Routes that broadcast by HTTP: many messages in one call, or one by its address."""

import json
from typing import Any

from aiohttp import web

from .access import Claims, TokenRefused
from .channels import SERVICE, Broadcast, Room, Service

routes = web.RouteTableDef()
REQUIRED = ("topic", "event", "payload")
ACCEPTED = 202


@routes.post("/api/broadcast")
async def broadcast_many(request: web.Request) -> web.Response:
    """Send a batch; private messages the caller may not send are dropped."""
    service, claims = request.app[SERVICE], _caller(request)
    if claims is None:
        return web.json_response({"message": "Unauthorized"}, status=401)
    messages = await _messages(request)
    errors = [_missing(message) for message in messages or []]
    if not messages or any(errors):
        complaint: object = errors or ["can't be blank"]
        return web.json_response({"errors": {"messages": complaint}}, status=422)
    for message in messages:
        room = Room(message["topic"], bool(message.get("private")))
        if await _may_send(service, room, claims):
            content = Broadcast(message["event"], message["payload"], None, False)
            await service.hub.send(room, content)
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
            message = Broadcast(request.match_info["event"], json.loads(body))
        case "application/octet-stream":
            message = Broadcast(request.match_info["event"], body)
        case _:
            text = "Unsupported Media Type"
            return web.json_response({"message": text}, status=415)
    await service.hub.send(room, message)
    return web.Response(status=ACCEPTED)


def _caller(request: web.Request) -> Claims | None:
    header = request.headers.get("Authorization", "")
    token = header[7:] if header.lower().startswith("bearer ") else ""
    try:
        key = token or request.headers.get("apikey", "")
        return request.app[SERVICE].verifier.verify(key)
    except TokenRefused:
        return None


async def _may_send(service: Service, room: Room, claims: Claims) -> bool:
    if not room.private:
        return True
    return "broadcast" in await service.policies.writable(room.topic, claims)


async def _messages(request: web.Request) -> list[dict[str, Any]] | None:
    try:
        messages = (await request.json())["messages"]
    except (ValueError, KeyError, TypeError):
        return None
    return messages if isinstance(messages, list) else None


def _missing(message: dict[str, Any]) -> dict[str, list[str]]:
    return {name: ["can't be blank"] for name in REQUIRED if message.get(name) is None}
