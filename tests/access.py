"""Acting as somebody without signing in: tokens, HTTP clients and SQL settings."""

import json
import time

import httpx
import jwt

from infra.local.keys import Keys
from tests.database.personas import email_of, session_of, user_of

SERVICE_ROLE = "service_role"
LIFETIME = 4 * 3600  # seconds
SETTINGS = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
)


class Access:
    """The people of the database tests, at one Supabase.

    Args:
        keys: of its deployment.
        url: of its gateway.
    """

    def __init__(self, keys: Keys, url: str) -> None:
        self.url = url
        self._keys = keys
        self._signing_key = jwt.PyJWK(dict(keys.signing_key))

    def claims(self, name: str) -> dict[str, object]:
        """The claims of a person's access token."""
        now = int(time.time())
        return {
            "iss": f"{self.url}/auth/v1",
            "sub": str(user_of(name)),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email_of(name),
            "iat": now,
            "exp": now + LIFETIME,
            "session_id": str(session_of(name)),
        }

    def token(self, name: str) -> str:
        """The access token of a person."""
        return jwt.encode(
            self.claims(name),
            self._signing_key.key,
            algorithm="ES256",
            headers={"kid": self._keys.signing_key["kid"]},
        )

    def client(self, name: str, url: str | None = None) -> httpx.Client:
        """The Data API as a person, over kept connections; `url` is another gateway."""
        headers = {
            "apikey": self._keys.publishable,
            "Authorization": f"Bearer {self.token(name)}",
        }
        base = f"{url or self.url}/rest/v1/"
        return httpx.Client(base_url=base, headers=headers, timeout=30)

    def worker(self) -> httpx.Client:
        """The Data API as a worker, with the secret key."""
        base, headers = f"{self.url}/rest/v1/", {"apikey": self._keys.secret}
        return httpx.Client(base_url=base, headers=headers, timeout=30)

    def settings_of(self, name: str) -> tuple[str, list[str]]:
        """The query that makes a transaction act as somebody, as PostgREST's does."""
        if name == SERVICE_ROLE:
            return SETTINGS, [name, json.dumps({"role": name})]
        return SETTINGS, ["authenticated", json.dumps(self.claims(name))]
