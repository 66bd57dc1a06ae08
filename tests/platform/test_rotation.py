"""Replacing the key that signs access tokens, step by step, with sessions open.

The steps are those of the hosted platform, and of infra/security/ROTATION.md.
"""

from contextlib import contextmanager
from dataclasses import replace

import httpx
import jwt
import pytest

from infra.local.config import ProjectConfig
from infra.local.keys import signing_jwk
from infra.local.platform import Platform, Ports
from infra.local.postgres import migrate
from infra.local.processes import running

from .support import MIGRATIONS, signed_up
from .test_realtime_protocol import talk

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A platform whose database runs; the rest is started for each step."""
    platform = Platform(tmp_path, Ports.free(), ProjectConfig())
    try:
        with running(platform.services()[:1]):
            migrate(platform.cluster.dsn("postgres"), MIGRATIONS)
            yield platform
    finally:
        platform.cluster.remove()


@contextmanager
def serving(platform, keys):
    """REST, Auth, Realtime and the gateway with these keys, for the time of a step."""
    platform.keys = keys
    with running(platform.services()[1:]):
        yield


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def published(platform):
    answer = httpx.get(f"{platform.url}/auth/v1/.well-known/jwks.json")
    return [key["kid"] for key in answer.json()["keys"]]


def doors(platform, token):
    """How REST, Auth and Realtime answer a token."""
    headers = {"apikey": platform.keys.publishable, "authorization": f"Bearer {token}"}
    rest, user = (
        httpx.get(f"{platform.url}{path}", headers=headers).status_code
        for path in ("/rest/v1/notes", "/auth/v1/user")
    )
    join = {"config": {"private": False}, "access_token": token}
    frame = ["1", "1", "realtime:lobby", "phx_join", join]
    [answer] = talk(platform, frame, until="phx_reply")
    return rest, user, answer[4]["status"]


OPEN, SHUT = (200, 200, "ok"), (401, 403, "error")


def test_a_key_is_replaced_without_ending_a_session_and_then_opens_nothing(project):
    old, fresh = project.keys, signing_jwk()
    standby = replace(old, trusted=(fresh,))
    rotated = replace(old, signing_key=fresh, trusted=(old.signing_key,))
    with serving(project, old):
        person, sleeper = signed_up(project), signed_up(project)
        before = person.auth.get_session()
        assert doors(project, before.access_token) == OPEN

    with serving(project, standby):
        assert published(project) == [
            old.signing_key["kid"],
            rotated.signing_key["kid"],
        ]
        assert doors(project, before.access_token) == OPEN
        during = person.auth.refresh_session().session
        assert kid(during.access_token) == old.signing_key["kid"]

    with serving(project, rotated):
        assert doors(project, before.access_token) == OPEN
        after = person.auth.refresh_session().session
        assert kid(after.access_token) == rotated.signing_key["kid"]
        assert doors(project, after.access_token) == OPEN

    with serving(project, replace(rotated, trusted=())):
        assert published(project) == [rotated.signing_key["kid"]]
        assert doors(project, before.access_token) == SHUT
        assert doors(project, after.access_token) == OPEN
        # Who slept through it all goes on with the refresh token that he kept.
        woken = sleeper.auth.refresh_session().session
        assert doors(project, woken.access_token) == OPEN


def test_a_key_that_leaked_and_was_never_published_opens_nothing(project):
    with serving(project, project.keys):
        session = signed_up(project).auth.get_session()
        claims = jwt.decode(session.access_token, options={"verify_signature": False})
        unpublished = signing_jwk()
        forged = jwt.encode(
            claims,
            jwt.PyJWK(unpublished).key,
            algorithm="ES256",
            headers={"kid": unpublished["kid"]},
        )

        assert doors(project, forged) == SHUT
