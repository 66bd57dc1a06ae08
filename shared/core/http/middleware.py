"""What a request must be before anything of it is read, and what every answer says."""

from collections import Counter
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.core.errors import AppError, Invalid, Malformed, TooLarge, Unsupported

from .numbers import ExactNumbers
from .problems import respond

MAX_BODY_BYTES = 256 * 1024
JSON_TYPES = frozenset({"application/json"})
# A change names what changes, which is what RFC 7396 says of a document.
PATCH_TYPES = JSON_TYPES | {"application/merge-patch+json"}

# OWASP's REST cheat sheet, without what only old browsers read: nothing of ours is a
# page, is kept by a cache, or is guessed to be of another type.
SAFE_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
_SAFE = [(name.encode(), text.encode()) for name, text in SAFE_HEADERS.items()]


class SafeHeaders:
    """Puts `SAFE_HEADERS` on every answer, of failures too: nothing stands outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer with more headers."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_SAFE]
            await send(message)

        await self.app(scope, receive, send_safely)


class BodyGuard:
    """Refuses bodies over 256 KiB with 413, other types than JSON with 415.

    And with 400 what is not UTF-8, as JSON is (RFC 8259, 8.1); a parser would guess. A
    form or `text/plain` would come from a foreign page without asking first (CORS), so
    `forms` is for routes alone whose requests prove by themselves who sends them.
    """

    def __init__(self, app: ASGIApp, *, forms: bool = False) -> None:
        self._app = app
        self._forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it. Lambda hands a body over in one piece."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        message = await receive()
        refusal = _refusal(message.get("body", b""), scope, self._forms)
        if refusal is not None:
            await respond(refusal)(scope, receive, send)
            return

        async def replay() -> Message:
            return message

        await self._app(scope, replay, send)


def install_middleware(app: Starlette, *, forms: bool) -> None:
    """Let an app read no body but what `BodyGuard` passes, with exact numbers."""
    if not forms:  # digits in a form, such as those of a secret, are text
        app.add_middleware(ExactNumbers)
    app.add_middleware(BodyGuard, forms=forms)  # before it


def _refusal(body: bytes, scope: Scope, forms: bool) -> AppError | None:
    if len(body) > MAX_BODY_BYTES:
        limit = MAX_BODY_BYTES // 1024
        return TooLarge(f"A request may have {limit} KiB at most.")
    if not body or forms:
        return None
    kinds = [
        _essence(text) for name, text in scope["headers"] if name == b"content-type"
    ]
    accepted = PATCH_TYPES if scope["method"] == "PATCH" else JSON_TYPES
    if len(kinds) != 1 or kinds[0] not in accepted:
        return Unsupported(f"Send {' or '.join(sorted(accepted))}.")
    if not _is_utf8(body):
        return Malformed("The body is not JSON in UTF-8.")
    return None


def _is_utf8(body: bytes) -> bool:
    """Say whether a body is UTF-8; with a NUL it is UTF-16 or UTF-32, or no JSON."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in body


def _essence(kind: bytes) -> str:
    return kind.partition(b";")[0].strip().lower().decode("latin-1")


async def refuse_repeated(request: Request) -> None:
    """Refuse a query parameter that is given twice and may stand once.

    Servers choose differently which one counts, so one of them would be overlooked.

    Raises:
        Invalid: names it.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    repeated = {name for name, times in given.items() if times > 1}
    if repeated and (wrong := sorted(repeated & _single(request.scope["route"]))):
        raise Invalid(f"Give {', '.join(wrong)} once.")


async def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a query parameter where a route takes none; models refuse for themselves.

    A parameter that is misspelled, or meant for another route, would count for nothing.

    Raises:
        Invalid: names each.
    """
    route = request.scope["route"]
    if route.dependant.query_params or not request.query_params:
        return
    refused = Invalid("This request takes no parameters; see errors.")
    refused.errors = [
        {"pointer": f"query/{name}", "detail": "There is no such name here."}
        for name in request.query_params
    ]
    raise refused


async def refuse_unread_body(request: Request) -> None:
    """Refuse a body where none is read: whoever sends one expects it to count.

    An empty object says nothing, and some clients send one with every POST.

    Raises:
        Invalid: there is one.
    """
    route = request.scope["route"]
    if route.body_field or route.dependant.request_param_name:
        return
    if (await request.body()).strip() not in (b"", b"{}", b"null"):
        raise Invalid("This request takes no body.")


def _single(route: Any) -> set[str]:  # noqa: ANN401, FastAPI's
    """Return the names of the query parameters of a route that take one value."""
    models = [param.field_info.annotation for param in route.dependant.query_params]
    return {
        field.alias or name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
        if not _takes_several(field.annotation)
    }


def _takes_several(annotation: object) -> bool:
    if get_origin(annotation) is list:
        return True
    return any(_takes_several(each) for each in get_args(annotation))
