"""Sign and verify access tokens (ES256); the project's hook may change claims."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import jwt

from infra.local.auth.errors import AuthError
from infra.local.auth.settings import Settings
from infra.local.auth.users import Row, find
from infra.local.pool import Connection

from .hook import call_hook

METHODS = """
select
    authentication_method as method,
    extract(epoch from updated_at)::bigint as timestamp
from auth.mfa_amr_claims where session_id = %s order by updated_at desc
"""


class Tokens:
    """Signs access tokens, and verifies those and the legacy role tokens."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = jwt.PyJWK(dict(settings.signing_key))

    def public_keys(self) -> list[dict[str, Any]]:
        """Return the JWKs that verify tokens, the key that signs first."""
        public = {k: v for k, v in self._settings.signing_key.items() if k != "d"}
        return [
            {**public, "key_ops": ["verify"]},
            *map(dict, self._settings.trusted_keys),
        ]

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            AuthError: `bad_jwt`.
        """
        try:
            header = jwt.get_unverified_header(token)
            legacy = header.get("alg") == "HS256"
            key = self._settings.legacy_secret if legacy else self._named(header)
            algorithms = ["HS256"] if legacy else ["ES256"]
            options: Any = {"verify_aud": False}
            return jwt.decode(token, key, algorithms=algorithms, options=options)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            text = f"invalid JWT: unable to parse or verify signature, {error}"
            raise AuthError(403, "bad_jwt", text) from error

    def _named(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        for key in self.public_keys():
            if key["kid"] == header.get("kid"):
                return jwt.PyJWK(key)
        raise jwt.InvalidKeyError("there is no such key")

    async def sign(
        self, connection: Connection, user_id: UUID, session_id: UUID, method: str
    ) -> tuple[str, int]:
        """Return a new access token and when it expires (epoch seconds).

        Raises:
            AuthError: the hook refused or returned claims that lack something.
        """
        row = await find(connection, user_id)
        if row is None:
            raise LookupError(user_id)
        cursor = await connection.execute(METHODS, [session_id])
        claims = self._claims(row, session_id) | {"amr": await cursor.fetchall()}
        if self._settings.hook:
            hook = self._settings.hook
            claims = await call_hook(connection, hook, claims, method)
        headers = {"kid": self._settings.signing_key["kid"]}
        token = jwt.encode(claims, self._key.key, algorithm="ES256", headers=headers)
        return token, claims["exp"]

    def _claims(self, row: Row, session_id: UUID) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self._settings.issuer,
            "sub": str(row["id"]),
            "aud": row["aud"],
            "exp": now + self._settings.token_life,
            "iat": now,
            "email": row["email"] or "",
            "phone": row["phone"] or "",
            "app_metadata": row["raw_app_meta_data"] or {},
            "user_metadata": row["raw_user_meta_data"] or {},
            "role": row["role"],
            "aal": "aal1",
            "session_id": str(session_id),
            "is_anonymous": row["is_anonymous"],
        }
