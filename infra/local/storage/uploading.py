"""The route that takes the bytes of a file, at a signed address."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import BodyPartReader, web

from .errors import StorageError, too_large
from .objects import ITSELF
from .service import SERVICE, Service, check_name, key_of

CHUNK = 1 << 16  # bytes
OCTETS = "application/octet-stream"
OPERATION = "storage.object.upload_signed"

routes = web.RouteTableDef()


@routes.put("/object/upload/sign/{bucket}/{name:.+}")
async def upload(request: web.Request) -> web.Response:
    """Take an object once: raw, or as the file of a form."""
    service, key = request.app[SERVICE], key_of(request)
    if "token" not in request.query:
        message = "querystring must have required property 'token'"
        raise StorageError(400, "Error", message, "InvalidRequest")
    claims = service.tokens.verify(request.query["token"], "upload", key.path)
    check_name(key)
    told = {"mimetype": request.content_type, "contentLength": request.content_length}
    await service.objects.may_insert(ITSELF, OPERATION, key, told)
    limit = min(
        service.max_bytes, await service.objects.limit(key.bucket) or service.max_bytes
    )
    version = str(uuid4())
    try:
        metadata = await _store(request, service.folder / version, limit)
        await service.objects.insert(claims.get("owner"), key, metadata, version)
    except BaseException:
        (service.folder / version).unlink(missing_ok=True)
        raise
    return web.json_response({"Key": key.path})


async def _store(request: web.Request, file: Path, limit: int) -> dict[str, Any]:
    """Write the bytes to a file, and return the metadata of the object."""
    if request.content_type.startswith("multipart/"):
        part, fields = await _file_part(request)
        content_type = part.headers.get("Content-Type", OCTETS)
        cache = f"max-age={fields.get('cacheControl', '3600')}"
        chunks, enforced = _of_part(part), True
    else:
        content_type = request.headers.get("Content-Type", OCTETS)
        cache = request.headers.get("Cache-Control", "no-cache")
        chunks, enforced = request.content.iter_chunked(CHUNK), False
        # As the real one: what names no length is not limited.
        if (request.content_length or 0) > limit:
            raise too_large()
    size, digest = 0, hashlib.md5(usedforsecurity=False)
    with file.open("xb") as stored:
        async for chunk in chunks:
            size += len(chunk)
            if enforced and size > limit:
                raise too_large()
            digest.update(chunk)
            stored.write(chunk)
    return {
        "eTag": f'"{digest.hexdigest()}"',
        "size": size,
        "mimetype": content_type,
        "cacheControl": cache,
        "lastModified": datetime.now(UTC).isoformat(),
        "contentLength": size,
        "httpStatusCode": 200,
    }


async def _file_part(request: web.Request) -> tuple[BodyPartReader, dict[str, str]]:
    """Return the file of a form, and the fields before it."""
    fields: dict[str, str] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            break
        if part.filename is not None or "Content-Type" in part.headers:
            return part, fields
        fields[part.name or ""] = await part.text()
    raise StorageError(400, "InvalidRequest", "No file in the form", "InvalidRequest")


async def _of_part(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk


async def forget(service: Service, version: str) -> None:
    """Delete the bytes of a version."""
    with suppress(FileNotFoundError):
        (service.folder / version).unlink()
