"""The route of the socket: one client, in the protocol version that it names."""

from aiohttp import WSMsgType, web

from .access import TokenRefused
from .channels import FIRST_VERSION, SERIALIZERS, SERVICE, Connection

MAX_FRAME = 10 << 20  # bytes
routes = web.RouteTableDef()


@routes.get("/socket/websocket")
async def websocket(request: web.Request) -> web.StreamResponse:
    """Serve one client over a socket."""
    service = request.app[SERVICE]
    token = request.headers.get("x-api-key") or request.query.get("apikey")
    if not token:
        return web.json_response({"error": "API key is missing"}, status=401)
    try:
        claims = service.verifier.verify(token)
    except TokenRefused as refusal:
        return web.json_response({"error": refusal.message}, status=401)
    version = request.query.get("vsn", FIRST_VERSION)
    serializer = SERIALIZERS.get(version, SERIALIZERS[FIRST_VERSION])
    socket = web.WebSocketResponse(max_msg_size=MAX_FRAME, compress=False)
    await socket.prepare(request)
    connection = Connection(socket, serializer, claims, service)
    try:
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                await connection.receive(message.data)
    finally:
        await connection.end()
    return socket
