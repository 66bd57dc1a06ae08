"""Routes that sign addresses, as far as the policies allow their caller."""

from typing import Any

from aiohttp import web

from infra.local.strict_json import loads

from .errors import StorageError
from .service import SERVICE, key_of

UPLOAD_SECONDS = 7200  # as hosted

routes = web.RouteTableDef()


@routes.post("/object/upload/sign/{bucket}/{name:.+}")
async def sign_upload(request: web.Request) -> web.Response:
    """Sign an address to upload to, where the caller may insert."""
    service, key = request.app[SERVICE], key_of(request)
    claims = service.caller(request)
    # Of the object itself nothing is known yet but what this request says of itself.
    told = {
        "mimetype": request.headers.get("Content-Type"),
        "contentLength": request.content_length or 0,
    }
    operation = "storage.object.sign_upload_url"
    await service.objects.may_insert(claims, operation, key, told)
    owner = {"owner": claims["sub"]} if "sub" in claims else {}
    token = service.tokens.sign(
        "upload", key.path, UPLOAD_SECONDS, upsert=False, **owner
    )
    url = f"/object/upload/sign/{key.path}?token={token}"
    return web.json_response({"url": url, "token": token})


@routes.post("/object/sign/{bucket}/{name:.+}")
async def sign_download(request: web.Request) -> web.Response:
    """Sign an address to download from, where the caller sees the object."""
    service, key = request.app[SERVICE], key_of(request)
    claims = service.caller(request)
    seconds = _seconds(await request.read())
    await service.objects.find(claims, "storage.object.sign", key)
    token = service.tokens.sign("download", key.path, seconds)
    return web.json_response({"signedURL": f"/object/sign/{key.path}?token={token}"})


def _seconds(body: bytes) -> int:
    """Return how long the address is good; clients send a number, or one as text."""
    try:
        given: Any = loads(body)["expiresIn"]
        seconds = int(given)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        message = "body must have required property 'expiresIn'"
        raise StorageError(400, "Error", message, "InvalidRequest") from error
    if seconds < 1:
        message = "body/expiresIn must be >= 1"
        raise StorageError(400, "Error", message, "InvalidRequest")
    return seconds
