"""Call the project's hook, which may change the claims of an access token."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from psycopg import sql

from infra.local.auth.errors import AuthError
from infra.local.pool import Connection

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


async def call_hook(
    connection: Connection, hook: str, claims: dict[str, Any], method: str
) -> dict[str, Any]:
    """Return the claims that `hook` (`schema.function`) returns within two seconds.

    Raises:
        AuthError: it refuses the sign-in, or its claims lack something.
    """
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
    function = sql.Identifier(*hook.split("."))
    call = sql.SQL("select {}(%s::jsonb) as output").format(function)
    await connection.execute("set local statement_timeout = '2s'")
    cursor = await connection.execute(call, [json.dumps(event)])
    row = await cursor.fetchone()
    await connection.execute("set local statement_timeout to default")
    return _checked(row["output"] if row else None)


def _checked(output: object) -> dict[str, Any]:
    """Return the claims of a hook's result.

    Raises:
        AuthError: it refuses, or its claims do not conform.
    """
    if not isinstance(output, dict):
        raise AuthError(500, "unexpected_failure", "output claims field is missing")
    if error := output.get("error"):
        status = error.get("http_code") or SERVER_ERROR
        code = "unexpected_failure" if status == SERVER_ERROR else "unknown"
        raise AuthError(status, code, error.get("message", ""))
    claims: dict[str, Any] = output.get("claims") or {}
    if missing := REQUIRED_CLAIMS - set(claims):
        text = "output claims do not conform to the expected schema: \n"
        lines = (f"- (root): {name} is required\n" for name in sorted(missing))
        raise AuthError(500, "unexpected_failure", text + "".join(lines))
    return claims
