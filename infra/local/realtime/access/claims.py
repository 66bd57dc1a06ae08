"""Verify the tokens of sockets and joins."""

import json
import time
from dataclasses import dataclass
from typing import Any

import jwt


class TokenRefused(Exception):
    """A token is malformed, expired or of another project.

    The message is what clients read; `code` stands before it in join refusals.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Claims:
    """The verified claims of a token."""

    token: str
    values: dict[str, Any]

    @property
    def role(self) -> str:
        """The database role to check the policies as."""
        return str(self.values["role"])

    @property
    def seconds_left(self) -> float:
        """Seconds until the token expires; negative after."""
        return float(self.values["exp"]) - time.time()


class Verifier:
    """Verifies tokens against the JWK set of the project."""

    def __init__(self, jwks: str) -> None:
        self._keys = [jwt.PyJWK(key) for key in json.loads(jwks)["keys"]]

    def verify(self, token: str) -> Claims:
        """Return the claims of a token.

        Raises:
            TokenRefused: it does not hold now.
        """
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            text = "The token provided is not a valid JWT"
            raise TokenRefused("MalformedJWT", text) from error
        claims = Claims(token, self._decode(token, header))
        if not {"role", "exp"} <= claims.values.keys():
            text = "Fields `role` and `exp` are required in JWT"
            raise TokenRefused("InvalidJWTToken", text)
        if claims.seconds_left <= 0:
            text = f"Token has expired {int(-claims.seconds_left)} seconds ago"
            raise TokenRefused("InvalidJWTToken", text)
        return claims

    def _decode(self, token: str, header: dict[str, Any]) -> dict[str, Any]:
        # The times are checked by the caller, with messages of its own.
        checks: Any = {"verify_aud": False, "verify_exp": False, "verify_iat": False}
        for key in self._keys:
            if key.algorithm_name != header.get("alg"):
                continue
            if key.key_id and key.key_id != header.get("kid"):
                continue
            try:
                algorithms = [key.algorithm_name]
                return jwt.decode(token, key, algorithms=algorithms, options=checks)
            except jwt.PyJWTError:
                continue
        text = "Failed to validate JWT signature"
        raise TokenRefused("JwtSignatureError", text)
