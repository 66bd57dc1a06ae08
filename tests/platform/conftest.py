"""One running local Supabase for all conformance tests, on free ports."""

import httpx
import pytest

from infra.local.config import ProjectConfig
from infra.local.platform import Platform, Ports
from infra.local.postgres import connected, migrate
from infra.local.processes import running
from tests.open_desk import eventually

from .support import MIGRATIONS, connections

HOOK = "pg-functions://postgres/public/custom_access_token_hook"


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    """A platform with the migrations of these tests, in a folder with a space."""
    home = tmp_path_factory.mktemp("a desk")
    config = ProjectConfig(access_token_hook=HOOK, reuse_interval=0)
    platform = Platform(home, Ports.free(), config)
    try:
        with running(platform.services()):
            migrate(platform.cluster.dsn("postgres"), MIGRATIONS)
            eventually(lambda: knows_what_was_migrated(platform))
            yield platform
            connections().close()
    finally:
        platform.cluster.remove()


def knows_what_was_migrated(platform):
    """Whether PostgREST has read the schema again, which it does a moment later."""
    url, secret = f"{platform.url}/rest/v1/rpc/echo", {"apikey": platform.keys.secret}
    return httpx.post(url, headers=secret, json={"words": "?"}).is_success


@pytest.fixture
def database(platform):
    """A connection as `postgres`, the role of migrations."""
    with connected(platform.cluster.dsn("postgres")) as connection:
        yield connection


@pytest.fixture
def superuser(platform):
    with connected(platform.cluster.dsn("supabase_admin")) as connection:
        yield connection
