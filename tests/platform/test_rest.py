"""PostgREST through the gateway, and what the gateway itself decides."""

import json

import httpx
import pytest
from postgrest.exceptions import APIError

from tests.open_desk import eventually

from .support import client, signed_up

pytestmark = pytest.mark.slow
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


@pytest.fixture
def rest(platform):
    with httpx.Client(base_url=f"{platform.url}/rest/v1") as rest:
        yield rest


@pytest.fixture
def publishable(platform):
    return {"apikey": platform.keys.publishable}


@pytest.fixture
def secret(platform):
    return {"apikey": platform.keys.secret}


def add_note(person, body="hello"):
    owner = person.auth.get_session().user.id
    note = {"owner_id": owner, "body": body}
    return person.table("notes").insert(note).execute().data[0]


def test_people_see_their_own_rows(platform):
    ada, bob = signed_up(platform), signed_up(platform)
    note = add_note(ada)

    assert ada.table("notes").select("*").execute().data == [note]
    assert bob.table("notes").select("*").execute().data == []


def test_the_secret_key_sees_all_rows(platform):
    note = add_note(signed_up(platform))

    worker = client(platform, platform.keys.secret)
    found = worker.table("notes").select("id").eq("id", note["id"]).execute()

    assert found.data == [{"id": note["id"]}]


@pytest.mark.parametrize("kind", ["publishable", "secret"])
def test_a_table_without_grants_is_closed_to_every_key(platform, kind):
    with pytest.raises(APIError) as refusal:
        client(platform, getattr(platform.keys, kind)).table("unexposed").select(
            "*"
        ).execute()

    assert refusal.value.code == "42501"


def test_a_function_is_called_with_named_arguments(platform):
    answer = client(platform).rpc("echo", {"words": "grüß dich"}).execute()

    assert answer.data == "grüß dich"


def test_a_new_table_is_known_at_once(platform, database, rest, secret):
    database.execute("drop table if exists public.newcomer")
    database.execute("create table public.newcomer (id int)")
    database.execute("grant select on public.newcomer to service_role")
    try:
        eventually(lambda: rest.get("/newcomer", headers=secret).status_code == 200)
    finally:
        database.execute("drop table public.newcomer")


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "No API key found in request"),
        ({"apikey": "sb_publishable_unknown"}, "Invalid API key"),
    ],
)
@pytest.mark.parametrize("path", ["/rest/v1/notes", "/auth/v1/health"])
def test_a_key_is_needed(platform, path, headers, message):
    answer = httpx.get(platform.url + path, headers=headers)

    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_the_secret_key_does_not_work_in_a_browser(rest, secret):
    answer = rest.get("/notes", headers={**secret, "User-Agent": BROWSER})

    assert answer.status_code == 401


def test_the_keys_of_the_keyset_are_open(platform):
    answer = httpx.get(f"{platform.url}/auth/v1/.well-known/jwks.json")

    assert [key["kty"] for key in answer.json()["keys"]] == ["EC"]


def test_an_opaque_key_as_bearer_counts_as_its_role(rest, secret):
    bearer = {"Authorization": f"Bearer {secret['apikey']}"}

    assert rest.get("/notes", headers={**secret, **bearer}).status_code == 200


def test_a_legacy_key_is_a_key(platform, rest):
    token = platform.keys.role_token("service_role")

    assert rest.get("/notes", headers={"apikey": token}).status_code == 200


def test_a_callers_token_wins_over_the_key(platform, rest, secret):
    token = signed_up(platform).auth.get_session().access_token
    headers = {**secret, "Authorization": f"Bearer {token}"}

    assert rest.get("/notes", headers=headers).json() == []


def test_a_bad_token_is_unauthorised(rest, publishable):
    headers = {**publishable, "Authorization": "Bearer not.a.token"}

    assert rest.get("/notes", headers=headers).status_code == 401


def test_a_write_with_a_filter_passes(platform, rest, secret):
    note = add_note(signed_up(platform))

    answer = rest.patch(
        f"/notes?id=eq.{note['id']}",
        headers={**secret, "Prefer": "return=representation"},
        json={"body": "changed"},
    )

    assert answer.json()[0]["body"] == "changed"


def test_the_root_is_for_the_secret_key(rest, publishable, secret):
    assert rest.get("/", headers=publishable).status_code == 401
    assert rest.get("/", headers=secret).json()["swagger"] == "2.0"


def test_browsers_of_any_origin_may_call(rest, publishable):
    preflight = {
        "Origin": "https://example.com",
        "Access-Control-Request-Method": "POST",
    }
    answers = [
        rest.options("/notes", headers=preflight),
        rest.get("/notes", headers={**publishable, "Origin": "https://example.com"}),
    ]

    for answer in answers:
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "PATCH" in answers[0].headers["access-control-allow-methods"]


def test_large_bodies_pass_both_ways(rest, secret):
    words = "wörter " * 200_000

    answer = rest.post("/rpc/echo", headers=secret, json={"words": words})

    assert answer.json() == words


def test_a_body_of_unknown_length_passes(rest, secret):
    pieces = (piece.encode() for piece in (json.dumps({"words": "in "})[:-2], 'two"}'))
    headers = {**secret, "Content-Type": "application/json"}

    answer = rest.post("/rpc/echo", headers=headers, content=pieces)

    assert answer.json() == "in two"


def test_head_and_counts_pass(platform, rest, secret):
    add_note(signed_up(platform))

    answer = rest.head("/notes", headers={**secret, "Prefer": "count=exact"})

    assert answer.status_code in {200, 206}
    assert int(answer.headers["content-range"].split("/")[1]) > 0


def test_an_unknown_path_has_no_route(platform):
    assert httpx.get(f"{platform.url}/storage/v1/bucket").status_code == 404
