"""What a request must be before anything of it is read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import TooLarge

from .problems import respond

MAX_BODY_BYTES = 256 * 1024


class BodyLimit:
    """Refuses bodies over 256 KiB with 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it. Lambda hands a body over in one piece."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        message = await receive()
        if len(message.get("body", b"")) > MAX_BODY_BYTES:
            limit = MAX_BODY_BYTES // 1024
            problem = respond(TooLarge(f"A request may have {limit} KiB at most."))
            await problem(scope, receive, send)
            return

        async def replay() -> Message:
            return message

        await self._app(scope, replay, send)
