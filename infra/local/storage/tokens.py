"""The tokens in signed addresses, good for one object and one purpose."""

import time
from typing import Any, Literal

import jwt

from .errors import StorageError

Scope = Literal["upload", "download"]


class UrlTokens:
    """Signs tokens, and verifies those that it has signed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, scope: Scope, path: str, life: int, **more: object) -> str:
        """Return a token for an object.

        Args:
            scope: what it is good for.
            path: bucket and name of the object.
            life: how many seconds.
            more: further claims.
        """
        now = int(time.time())
        claims = {**more, "url": path, "scope": scope, "iat": now, "exp": now + life}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def verify(self, token: str, scope: Scope, path: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            StorageError: it is not good for this now.
        """
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.ExpiredSignatureError as error:
            text = '"exp" claim timestamp check failed'
            raise StorageError(400, "InvalidJWT", text, "InvalidJWT") from error
        except jwt.InvalidSignatureError as error:
            text = "signature verification failed"
            raise StorageError(400, "InvalidJWT", text, "InvalidJWT") from error
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            text = "Invalid Compact JWS"
            raise StorageError(400, "InvalidJWT", text, "InvalidJWT") from error
        if claims.get("scope") != scope:
            raise _wrong(f"Token is not scoped for {scope}")
        if claims.get("url") != path:
            raise _wrong("Invalid signature")
        return dict(claims)


def _wrong(message: str) -> StorageError:
    return StorageError(400, "InvalidSignature", message, "InvalidSignature")
