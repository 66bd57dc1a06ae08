"""Access tokens: signed with ES256, their claims open to the project's hook."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
from psycopg import sql

from .problems import Refusal
from .settings import Settings
from .users import Connection, Row, find

REQUIRED_CLAIMS = {
    "aud",
    "exp",
    "iat",
    "sub",
    "email",
    "phone",
    "role",
    "aal",
    "session_id",
    "is_anonymous",
}
SERVER_ERROR = 500
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
        """Return the public half of the signing key as a list of JWKs."""
        public = {k: v for k, v in self._settings.signing_key.items() if k != "d"}
        return [{**public, "key_ops": ["verify"]}]

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token.

        Raises:
            Refusal: `bad_jwt`.
        """
        try:
            legacy = jwt.get_unverified_header(token)["alg"] == "HS256"
            key = self._settings.legacy_secret if legacy else self._key.key.public_key()
            algorithms = ["HS256"] if legacy else ["ES256"]
            options: Any = {"verify_aud": False}
            return jwt.decode(token, key, algorithms=algorithms, options=options)
        except jwt.PyJWTError as error:
            text = f"invalid JWT: unable to parse or verify signature, {error}"
            raise Refusal(403, "bad_jwt", text) from error

    async def sign(
        self, connection: Connection, user_id: UUID, session_id: UUID, method: str
    ) -> tuple[str, int]:
        """Return a new access token and when it expires (epoch seconds).

        Raises:
            Refusal: the hook refused or returned claims that lack something.
        """
        row = await find(connection, user_id)
        if row is None:
            raise LookupError(user_id)
        cursor = await connection.execute(METHODS, [session_id])
        claims = self._claims(row, session_id) | {"amr": await cursor.fetchall()}
        if self._settings.hook:
            claims = await self._ask_hook(connection, claims, method)
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

    async def _ask_hook(
        self, connection: Connection, claims: dict[str, Any], method: str
    ) -> dict[str, Any]:
        """Let the project's function change the claims, within two seconds."""
        metadata = {
            "uuid": str(uuid4()),
            "time": datetime.now(UTC).isoformat(),
            "name": "customize-access-token",
            "ip_address": "127.0.0.1",
        }
        event = {
            "metadata": metadata,
            "user_id": claims["sub"],
            "claims": claims,
            "authentication_method": method,
        }
        name = sql.Identifier(*(self._settings.hook or "").split("."))
        call = sql.SQL("select {}(%s::jsonb) as output").format(name)
        await connection.execute("set local statement_timeout = '2s'")
        cursor = await connection.execute(call, [json.dumps(event)])
        row = await cursor.fetchone()
        await connection.execute("set local statement_timeout to default")
        return _checked(row["output"] if row else None)


def _checked(output: object) -> dict[str, Any]:
    """Return the claims of a hook's answer.

    Raises:
        Refusal: it refuses, or its claims do not conform.
    """
    if not isinstance(output, dict):
        raise Refusal(500, "unexpected_failure", "output claims field is missing")
    if error := output.get("error"):
        status = error.get("http_code") or SERVER_ERROR
        code = "unexpected_failure" if status == SERVER_ERROR else "unknown"
        raise Refusal(status, code, error.get("message", ""))
    claims: dict[str, Any] = output.get("claims") or {}
    if missing := REQUIRED_CLAIMS - set(claims):
        text = "output claims do not conform to the expected schema: \n"
        lines = (f"- (root): {name} is required\n" for name in sorted(missing))
        raise Refusal(500, "unexpected_failure", text + "".join(lines))
    return claims
