"""Check API keys, and turn them into Authorization headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

BEARER = "Bearer "
OPAQUE = f"{BEARER}sb_"
BROWSER = "Mozilla/"


class KeyRefused(Exception):
    """The gateway knows no such key; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class ApiKeys:
    """The keys that open the API, with the role token each stands for.

    Attributes:
        tokens: role tokens by key; a role token is itself a key, of the older kind.
        privileged: those of the service role.
    """

    tokens: Mapping[str, str] = field(repr=False)
    privileged: frozenset[str] = field(repr=False)

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """Read the two opaque keys and their role tokens.

        Raises:
            KeyError: one is missing.
        """
        anon = environment["SUPABASE_ANON_KEY"]
        service = environment["SUPABASE_SERVICE_ROLE_KEY"]
        publishable = environment["SUPABASE_PUBLISHABLE_KEY"]
        secret = environment["SUPABASE_SECRET_KEY"]
        tokens = {anon: anon, service: service, publishable: anon, secret: service}
        return cls(tokens, frozenset({service, secret}))

    def check(self, key: str, user_agent: str) -> None:
        """Check the key of a request, as the hosted gateway does.

        Raises:
            KeyRefused: no key, an unknown one, or a secret one in a browser.
        """
        if not key:
            hint = "No `apikey` request header or url param was found."
            raise KeyRefused("No API key found in request", hint)
        if key not in self.tokens:
            hint = "Double check the API key."
            raise KeyRefused("Invalid API key", hint)
        if key in self.privileged and user_agent.startswith(BROWSER):
            hint = "Secret API keys can only be used in a protected environment."
            raise KeyRefused("Forbidden use of secret API key in browser", hint)

    def authorization(self, key: str, header: str) -> str:
        """Return the header to send: the caller's own, or the role token of the key."""
        if header and not header.startswith(OPAQUE):
            return header
        return BEARER + self.tokens[key]
