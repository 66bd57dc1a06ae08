"""A desk of its own for a bench: database, PostgREST and gateway, with the cast."""

import json
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import jwt
import psycopg

from infra.local.config import ProjectConfig
from infra.local.platform import ROOT, Platform, Ports
from infra.local.postgres import connected, migrate
from infra.local.processes import Service, running
from tests.database.cast import email_of, enrol, id_of

SERVICE_ROLE = "service_role"
SETTINGS = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)"
)
MIDDLE = """
select id from public.tickets where queue_id = %(queue)s order by number
offset (select count(*) / 2 from public.tickets where queue_id = %(queue)s) limit 1
"""


class Desk:
    """A running platform, and how to be somebody there."""

    def __init__(self, platform: Platform, services: Sequence[Service]) -> None:
        self.platform = platform
        self.services = services
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

    def client(self, person: uuid.UUID, url: str | None = None) -> httpx.Client:
        """PostgREST as a person, over one kept connection; `url` is its gateway's."""
        headers = {
            "apikey": self.platform.keys.publishable,
            "Authorization": f"Bearer {self.token(person)}",
        }
        return httpx.Client(base_url=f"{url or self.url}/rest/v1/", headers=headers)

    def worker(self) -> httpx.Client:
        """PostgREST as a worker, with the secret key."""
        headers = {"apikey": self.platform.keys.secret}
        return httpx.Client(base_url=f"{self.url}/rest/v1/", headers=headers)

    def settings_of(self, name: str) -> tuple[str, list[str]]:
        """The query that lets a transaction act as somebody, as PostgREST's does."""
        role, claims = "authenticated", self.claims(id_of(name))
        if name == SERVICE_ROLE:
            role, claims = name, {"role": name}
        return SETTINGS, [role, json.dumps(claims)]

    def ticket_in(self, queue: str) -> str:
        """The id of a ticket in the middle of a queue."""
        with self.connection() as connection:
            row = connection.execute(MIDDLE, {"queue": id_of(queue)}).fetchone()
        assert row
        return str(row[0])

    @property
    def variables(self) -> dict[str, str]:
        """What an HTTP function finds in its environment."""
        return {
            "SUPABASE_URL": self.url,
            "SUPABASE_PUBLISHABLE_KEY": self.platform.keys.publishable,
            "POWERTOOLS_SERVICE_NAME": "autocrm",
        }

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
        config = ProjectConfig.load(ROOT / "supabase" / "config.toml")
        platform = Platform(Path(folder), Ports.free(), config)
        database, *others = services = platform.services()
        try:
            with running([database]):
                migrate(platform.cluster.dsn("postgres"), ROOT / "supabase/migrations")
                with connected(platform.cluster.dsn("postgres")) as connection:
                    enrol(connection)
                with running([part for part in others if part.name in wanted]):
                    yield Desk(platform, services)
        finally:
            platform.cluster.remove()


__all__ = ["Desk", "id_of", "open_desk"]
