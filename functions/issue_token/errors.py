"""Refusals of token requests, in the codes of RFC 6749, section 5.2."""

from enum import StrEnum


class TokenError(StrEnum):
    """The codes that this grant can end with."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    INVALID_SCOPE = "invalid_scope"


class TokenRefused(Exception):
    """A token request is refused."""

    def __init__(self, error: TokenError, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description
