"""A Supabase project over HTTP: whole, and with each thing broken in turn."""

import httpx
import pytest

from infra.connect import State
from infra.connect.project import Project
from infra.connect.read_only import open_web

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(desk, management):
    return {
        "SUPABASE_URL": desk.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": desk.supabase_publishable_key,
        "SUPABASE_SECRET_KEY": desk.supabase_secret_key,
        "SUPABASE_ACCESS_TOKEN": "sbp_token",
        "SUPABASE_API_URL": management.url,
    }


def findings(environment):
    with open_web() as web:
        return {each.about: each for each in Project(environment, web).checks()}


def test_a_whole_project_lacks_nothing(environment):
    seen = findings(environment)

    assert {each.state for each in seen.values()} == {State.OK}, seen
    assert seen["token signing"].message == "ES256"
    assert seen["Realtime settings"].message == "at most 500 messages a second"


@pytest.mark.parametrize(
    ("name", "value", "about", "message"),
    [
        ("SUPABASE_URL", "", "Supabase project", "not set"),
        ("SUPABASE_URL", "http://127.0.0.1:9", "Supabase project", "does not answer"),
        ("SUPABASE_URL", "abc.supabase.co", "Supabase project", "not the address"),
        ("SUPABASE_PUBLISHABLE_KEY", "", "publishable key", "not a key of"),
        ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_no", "publishable key", "not a"),
        (
            "SUPABASE_PUBLISHABLE_KEY",
            "sb_secret_x",
            "publishable key",
            "grants everything",
        ),
        ("SUPABASE_SECRET_KEY", "", "secret key", "not a secret key"),
        ("SUPABASE_SECRET_KEY", "sb_secret_no", "secret key", "not a secret key"),
    ],
)
def test_what_is_broken_is_named_with_its_page(
    environment, name, value, about, message
):
    seen = findings(environment | {name: value})

    assert seen[about].state is State.MISSING
    assert message in seen[about].message
    assert seen[about].fix.startswith("https://supabase.com/dashboard/project/")
    assert not seen[about].can_wait


def exposing(*schemas, migrated=True):
    """Answer as a project whose Data API serves these schemas."""

    def answer(request):
        asked = request.headers.get("accept-profile", schemas[0])
        if request.url.path.startswith("/rest/v1/") and asked not in schemas:
            return httpx.Response(406, json={"code": "PGRST106"})
        found = migrated or request.url.path.endswith("/v1/")
        return httpx.Response(200 if found else 404, json={})

    return httpx.MockTransport(answer)


@pytest.mark.parametrize(
    ("transport", "message", "can_wait"),
    [
        (exposing("public"), "and with it tables", False),
        (exposing("public", migrated=False), "once migrations have created it", True),
        (exposing("api", "public"), "and with it tables", False),
        (exposing("api", migrated=False), "expose the schema api", True),
    ],
)
def test_schemas_are_tried_from_outside(environment, transport, message, can_wait):
    with httpx.Client(transport=transport) as web:
        checks = Project(environment, web).checks()
        seen = {each.about: each for each in checks}["exposed schemas"]

    assert (seen.state, seen.can_wait) == (State.MISSING, can_wait)
    assert message in seen.message
    assert seen.fix.endswith("/settings/api")


@pytest.mark.parametrize(
    ("address", "given", "page"),
    [
        ("http://127.0.0.1:9", "", "project/_/"),
        ("https://abcdef.supabase.co:9/x", "", "project/abcdef/"),
        ("https://help.example.com:9/x", "abcdef", "project/abcdef/"),
    ],
)
def test_a_page_is_that_of_the_project(address, given, page):
    seen = findings({"SUPABASE_URL": address, "SUPABASE_PROJECT_ID": given})

    assert page in seen["Supabase project"].fix


def test_a_publishable_key_in_place_of_the_secret_one_is_noticed(environment):
    publishable = environment["SUPABASE_PUBLISHABLE_KEY"]

    seen = findings(environment | {"SUPABASE_SECRET_KEY": publishable})

    assert seen["secret key"].state is State.MISSING


@pytest.mark.parametrize(
    ("path", "answer", "about", "state"),
    [
        ("config/auth", {}, "token hook", State.MISSING),
        (
            "config/auth",
            {
                "hook_custom_access_token_enabled": True,
                "hook_custom_access_token_uri": "pg-functions://postgres/public/other",
            },
            "token hook",
            State.MISSING,
        ),
        ("config/realtime", {"suspend": True}, "Realtime settings", State.MISSING),
        (
            "config/realtime",
            {"private_only": False},
            "Realtime settings",
            State.MISSING,
        ),
        ("config/realtime", {}, "Realtime settings", State.UNKNOWN),
    ],
)
def test_a_setting_that_only_the_owner_sees(
    environment, management, path, answer, about, state
):
    management.answers[path] = answer

    seen = findings(environment)

    assert seen[about].state is state
    assert seen[about].can_wait
    assert seen[about].fix


@pytest.mark.parametrize("token", ["", "sbp_wrong"])
def test_without_the_owners_token_it_says_what_it_could_not_see(environment, token):
    seen = findings(environment | {"SUPABASE_ACCESS_TOKEN": token})

    unseen = {name for name, each in seen.items() if each.state is State.UNKNOWN}
    assert unseen == {"token hook", "Realtime settings"}
    assert "SUPABASE_ACCESS_TOKEN" in seen["token hook"].message
