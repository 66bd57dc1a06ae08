"""What every route of Storage needs, and who is calling."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from infra.local.realtime.access import TokenRefused, Verifier

from .errors import StorageError
from .objects import Key, Objects
from .tokens import UrlTokens

NAME = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
EXPIRED = "Token has expired"
BEARER = "bearer "


@dataclass(frozen=True)
class Service:
    """Rows, bytes and tokens.

    Attributes:
        objects: the rows.
        folder: where the bytes are, one file a version.
        tokens: of signed addresses.
        verifier: of access tokens.
        max_bytes: of any object.
    """

    objects: Objects
    folder: Path
    tokens: UrlTokens
    verifier: Verifier
    max_bytes: int

    def caller(self, request: web.Request) -> Mapping[str, Any]:
        """Return the claims of the caller.

        Raises:
            StorageError: no token, or none that is good.
        """
        header = request.headers.get("Authorization", "")
        if not header:
            message = "headers must have required property 'authorization'"
            raise StorageError(400, "Error", message, "InvalidRequest")
        token = header[len(BEARER) :] if header.lower().startswith(BEARER) else header
        try:
            return self.verifier.verify(token).values
        except TokenRefused as refusal:
            expired = refusal.message.startswith(EXPIRED)
            message = (
                '"exp" claim timestamp check failed' if expired else refusal.message
            )
            raise StorageError(
                403, "Unauthorized", message, "AccessDenied"
            ) from refusal


SERVICE = web.AppKey("service", Service)


def key_of(request: web.Request) -> Key:
    """Return which object the address names."""
    return Key(request.match_info["bucket"], request.match_info["name"])


def check_name(key: Key) -> None:
    """Refuse names that no object can have; only uploading asks.

    Raises:
        StorageError: it is one.
    """
    if not NAME.fullmatch(key.name):
        raise StorageError(400, "InvalidKey", f"Invalid key: {key.name}", "InvalidKey")
