"""Access tokens, as frontends send them (RFC 6750).

Nothing is decided from what a token claims: it is handed on, and the database verifies
it (signature, expiry, audience) and looks up the rights of its owner at every request.
"""

import re
from typing import NewType, Protocol

from typing_extensions import override

from shared.core.errors import Unauthenticated

AccessToken = NewType("AccessToken", str)
_BEARER = re.compile(r"bearer +([A-Za-z0-9_~+/=-]+(?:\.[A-Za-z0-9_~+/=-]+)*)", re.I)


class Authenticator(Protocol):
    """Extension point: another way to come by the caller's access token.

    Replace `get_authenticator` of `shared.callers`, for instance to read a cookie.
    """

    def authenticate(self, authorization: str | None) -> AccessToken:
        """Return the caller's token, or raise `Unauthenticated`."""
        ...


class BearerAuthenticator(Authenticator):
    """Takes the token from `Authorization: Bearer ...`."""

    @override
    def authenticate(self, authorization: str | None) -> AccessToken:
        match = _BEARER.fullmatch(authorization or "")
        if match is None:
            raise Unauthenticated("Send your access token as Authorization: Bearer.")
        return AccessToken(match[1])
