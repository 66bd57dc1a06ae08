"""A desk of its own for a bench: database, PostgREST and gateway, with the cast."""

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import jwt
import psycopg

from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import connected, migrate
from infra.local.processes import running
from tests.database.personas import email_of, enrol, id_of

PATIENCE = 60


class Desk:
    """A running platform, and how to be somebody there."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.url = platform.url
        self._key = jwt.PyJWK(dict(platform.keys.signing_key))

    def claims(self, person: uuid.UUID) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": f"{self.url}/auth/v1",
            "sub": str(person),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email_of("somebody"),
            "iat": now,
            "exp": now + 3600,
            "session_id": str(uuid.uuid4()),
        }

    def token(self, person: uuid.UUID) -> str:
        return jwt.encode(
            self.claims(person),
            self._key.key,
            algorithm="ES256",
            headers={"kid": self.platform.keys.signing_key["kid"]},
        )

    def client(self, person: uuid.UUID) -> httpx.Client:
        """PostgREST as a person, over one kept connection."""
        headers = {
            "apikey": self.platform.keys.publishable,
            "Authorization": f"Bearer {self.token(person)}",
        }
        return httpx.Client(base_url=f"{self.url}/rest/v1/", headers=headers)

    def worker(self) -> httpx.Client:
        """PostgREST as a worker, with the secret key."""
        headers = {"apikey": self.platform.keys.secret}
        return httpx.Client(base_url=f"{self.url}/rest/v1/", headers=headers)

    def connection(self, role: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.platform.cluster.dsn(role), autocommit=True)


@contextmanager
def open_desk(*also: str) -> Iterator[Desk]:
    """Run a migrated desk for the time of a block.

    Args:
        also: parts beside database, PostgREST and gateway, such as `realtime`.
    """
    wanted = {"postgrest", "edge", *also}
    with tempfile.TemporaryDirectory(prefix="autocrm-bench-") as folder:
        platform = Platform(Path(folder), Ports.free())
        database, *others = platform.services()
        try:
            with running([database]):
                migrate(platform.cluster.dsn("postgres"), ROOT / "supabase/migrations")
                with connected(platform.cluster.dsn("postgres")) as connection:
                    enrol(connection)
                with running([part for part in others if part.name in wanted]):
                    yield Desk(platform)
        finally:
            platform.cluster.remove()


__all__ = ["Desk", "id_of", "open_desk"]
