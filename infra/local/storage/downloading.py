"""Routes that give out the bytes of objects, and remove them."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from infra.local.strict_json import loads

from .errors import StorageError, no_object
from .objects import ITSELF
from .service import SERVICE, Service, key_of
from .uploading import forget

MOST_NAMES = 1000
SHOWN_AS_TEXT = "text/html"

routes = web.RouteTableDef()


@routes.get("/object/sign/{bucket}/{name:.+}")
async def download_signed(request: web.Request) -> web.Response:
    """Give an object to whoever has its signed address."""
    service, key = request.app[SERVICE], key_of(request)
    if "token" not in request.query:
        message = "querystring must have required property 'token'"
        raise StorageError(400, "Error", message, "InvalidRequest")
    claims = service.tokens.verify(request.query["token"], "download", key.path)
    row = await service.objects.find(ITSELF, "storage.object.get_signed", key)
    response = _response(request, service, row)
    response.headers["Expires"] = _http_date(datetime.fromtimestamp(claims["exp"], UTC))
    if (name := request.query.get("download")) is not None:
        pct = quote(name, safe="")
        named = f" filename={pct}; filename*=UTF-8''{pct}" if name else ""
        response.headers["Content-Disposition"] = f"attachment;{named}"
    return response


@routes.get("/object/authenticated/{bucket}/{name:.+}")
async def download(request: web.Request) -> web.Response:
    """Give an object to whoever sees it."""
    service, key = request.app[SERVICE], key_of(request)
    claims = service.caller(request)
    operation = "storage.object.get_authenticated"
    row = await service.objects.find(claims, operation, key)
    return _response(request, service, row)


@routes.delete("/object/{bucket}")
async def remove(request: web.Request) -> web.Response:
    """Remove objects by name; those that are hidden or absent are left out."""
    service = request.app[SERVICE]
    claims = service.caller(request)
    body: Any = loads(await request.read())
    names = body.get("prefixes") if isinstance(body, dict) else None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        message = "body/prefixes must be array"
        raise StorageError(400, "Error", message, "InvalidRequest")
    if not 0 < len(names) <= MOST_NAMES:
        message = f"body/prefixes must have 1 to {MOST_NAMES} items"
        raise StorageError(400, "Error", message, "InvalidRequest")
    bucket = request.match_info["bucket"]
    rows = await service.objects.remove(claims, bucket, names)
    for row in rows:
        await forget(service, str(row["version"]))
    return web.json_response([{**row, "id": str(row["id"])} for row in rows])


def _response(
    request: web.Request, service: Service, row: dict[str, Any]
) -> web.Response:
    """Return the bytes of an object, or the part that was asked for."""
    try:
        content = (service.folder / str(row["version"])).read_bytes()
    except FileNotFoundError as error:
        raise no_object() from error
    metadata = row["metadata"]
    content_type = str(metadata["mimetype"])
    headers = {
        "Accept-Ranges": "bytes",
        # A page would run in the project's origin.
        "Content-Type": "text/plain"
        if content_type.startswith(SHOWN_AS_TEXT)
        else content_type,
        "ETag": str(metadata["eTag"]),
        "Last-Modified": _http_date(row["updated_at"]),
        "X-Robots-Tag": "none",
    }
    status, size = 200, len(content)
    if "Range" in request.headers:
        start, stop, _ = request.http_range.indices(size)
        if start >= stop:
            raise StorageError(
                416, "InvalidRange", "Range not satisfiable", "InvalidRange"
            )
        status, content = 206, content[start:stop]
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return web.Response(status=status, body=content, headers=headers)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
