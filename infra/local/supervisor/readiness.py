"""Whether a part answers yet."""

import asyncio
import http.client
import socket
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

_EVERY = 0.02
_PATIENCE_PER_TRY = 2.0


async def answers(address: str) -> None:
    """Return once `http://...` answers 2xx, or `tcp://host:port` accepts."""
    parts = urlsplit(address)
    probe = _accepts if parts.scheme == "tcp" else _is_well
    while not await asyncio.to_thread(probe, parts):
        await asyncio.sleep(_EVERY)


def _accepts(address: SplitResult) -> bool:
    target = (address.hostname, address.port)
    try:
        socket.create_connection(target, _PATIENCE_PER_TRY).close()
    except OSError:
        return False
    return True


def _is_well(address: SplitResult) -> bool:
    connection = http.client.HTTPConnection(address.netloc, timeout=_PATIENCE_PER_TRY)
    try:
        connection.request("GET", address.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
