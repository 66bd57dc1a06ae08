"""Numbers of bodies, exact in both directions."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.core.numbers import mark_numbers, unmark_numbers


class ExactNumbers:
    """Keeps every digit of the numbers that a request sends and a response returns."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer. Lambda sends both in one piece."""
        started: Message | None = None

        async def receive_marked() -> Message:
            message = await receive()
            return {**message, "body": mark_numbers(message.get("body", b""))}

        async def send_unmarked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message
                return
            body = message.get("body", b"")
            exact = unmark_numbers(body)
            if started is not None:
                await send(started if exact is body else _of_length(started, exact))
                started = None
            await send({**message, "body": exact})

        if scope["type"] == "http":
            await self._app(scope, receive_marked, send_unmarked)
        else:
            await self._app(scope, receive, send)


def _of_length(started: Message, body: bytes) -> Message:
    kept = [each for each in started["headers"] if each[0] != b"content-length"]
    length = (b"content-length", str(len(body)).encode())
    return {**started, "headers": [*kept, length]}
