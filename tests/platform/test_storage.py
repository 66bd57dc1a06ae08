"""Storage: recorded answers of the real one, and Supabase's own clients of it."""

import threading
from types import SimpleNamespace

import httpx
import jwt
import pytest
from storage3.exceptions import StorageApiError

from tests.node_scripts import run_script

from .support import client, connections, signed_up
from .test_supabase_js import SCRIPT

pytestmark = pytest.mark.slow
DENIED = ("403", "Unauthorized", "new row violates row-level security policy")
HIDDEN = ("404", "not_found", "Object not found")


@pytest.fixture(scope="module")
def person(platform):
    supabase = signed_up(platform)
    session = supabase.auth.get_session()
    return SimpleNamespace(
        supabase=supabase,
        id=session.user.id,
        bucket=supabase.storage.from_("files"),
        headers={
            "apikey": platform.keys.publishable,
            "authorization": f"Bearer {session.access_token}",
        },
    )


@pytest.fixture
def send(platform, person):
    """Sends a request to Storage, as the person unless headers are given."""

    def send(method, path, headers=None, **options):
        url = f"{platform.url}/storage/v1{path}"
        given = person.headers if headers is None else headers
        return connections().request(method, url, headers=given, **options)

    return send


@pytest.fixture
def sign(send, person):
    """Signs an upload, and returns name, path and token."""

    def sign(name):
        path = f"/object/upload/sign/files/{person.id}/{name}"
        answer = send("POST", path)
        assert answer.status_code == 200, answer.text
        return SimpleNamespace(
            name=f"{person.id}/{name}", url=answer.json()["url"], path=path,
            token=answer.json()["token"],
        )  # fmt: skip

    return sign


@pytest.fixture
def put(send, sign):
    def put(name, content=b"hello", **headers):
        signed = sign(name)
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        return signed, send("PUT", signed.url, sent, content=content)

    return put


def refusal(answer):
    body = answer.json()
    assert answer.status_code == 400
    assert body.keys() == {"statusCode", "error", "message", "code"}
    return body["statusCode"], body["error"], body["message"]


def test_an_upload_is_signed_once_and_needs_no_token_of_a_person(send, put, sign):
    signed, answer = put("a.txt", content_type="text/plain")

    assert answer.json() == {"Key": f"files/{signed.name}"}
    assert signed.url == f"{signed.path}?token={signed.token}"
    claims = jwt.decode(signed.token, options={"verify_signature": False})
    assert claims.keys() == {"owner", "url", "upsert", "scope", "iat", "exp"}
    assert (claims["url"], claims["scope"]) == (f"files/{signed.name}", "upload")
    taken = ("409", "Duplicate", "The resource already exists")
    assert refusal(send("PUT", signed.url, {}, content=b"x")) == taken
    assert refusal(send("POST", signed.path)) == taken


def test_the_object_has_the_metadata_of_its_upload(put, superuser):
    signed, _ = put("b.png", content_type="image/png", cache_control="max-age=3600")

    row = superuser.execute(
        "select metadata, owner_id from storage.objects where name = %s", [signed.name]
    ).fetchone()

    assert row[0] | {"lastModified": ""} == {
        "eTag": '"5d41402abc4b2a76b9719d911017c592"',
        "size": 5,
        "mimetype": "image/png",
        "cacheControl": "max-age=3600",
        "lastModified": "",
        "contentLength": 5,
        "httpStatusCode": 200,
    }
    assert row[1] == signed.name.split("/")[0]


def test_a_download_is_signed_for_who_sees_the_object(send, put, platform):
    signed, _ = put("c.txt", content_type="text/plain")
    path = f"/object/sign/files/{signed.name}"

    url = send("POST", path, json={"expiresIn": "60"}).json()["signedURL"]
    answer = send("GET", f"{url}&download=a%20%C3%BC.txt", {})
    part = send("GET", url, {"range": "bytes=1-2"})

    assert url.startswith(f"{path}?token=")
    assert (answer.status_code, answer.content) == (200, b"hello")
    disposition = "attachment; filename=a%20%C3%BC.txt; filename*=UTF-8''a%20%C3%BC.txt"
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["x-robots-tag"] == "none"
    assert {"accept-ranges", "etag", "last-modified", "expires"} <= {*answer.headers}
    assert (part.status_code, part.content) == (206, b"el")
    assert part.headers["content-range"] == "bytes 1-2/5"
    assert "content-disposition" not in part.headers
    plain = send("GET", f"{url}&download=", {})
    assert plain.headers["content-disposition"] == "attachment;"
    stranger = signed_up(platform).storage.from_("files")
    with pytest.raises(StorageApiError) as hidden:
        stranger.create_signed_url(signed.name, 60)
    assert (hidden.value.status, hidden.value.code) == ("404", "not_found")


def test_pages_are_given_out_as_text_and_drawings_as_they_are(send, put, person):
    types = {"d.html": "text/html", "e.svg": "image/svg+xml"}
    shown = {}
    for name, content_type in types.items():
        signed, _ = put(name, content_type=content_type)
        answer = send("GET", f"/object/authenticated/files/{signed.name}")
        shown[name] = answer.headers["content-type"]

    assert shown == {"d.html": "text/plain", "e.svg": "image/svg+xml"}


def test_what_is_refused_is_refused_in_the_same_words(
    send, sign, put, person, platform
):
    secret = {"apikey": platform.keys.secret}
    mine, other = f"files/{person.id}", "files/somebody"
    signed, (stored, _) = sign("f.txt"), put("g.txt")
    download = send("POST", f"/object/sign/files/{stored.name}", json={"expiresIn": 1})
    address = download.json()["signedURL"].partition("?token=")
    wide = sign("ünï.txt")

    answers = {
        "not mine": send("POST", f"/object/upload/sign/{other}/x"),
        "no such bucket": send("POST", "/object/upload/sign/none/x", secret),
        "hidden": send("POST", f"/object/sign/{other}/x", json={"expiresIn": 60}),
        "hidden bytes": send("GET", f"/object/authenticated/{other}/x"),
        "zero": send("POST", f"/object/sign/{mine}/g.txt", json={"expiresIn": 0}),
        "no token": send("PUT", signed.path, {}, content=b"x"),
        "garbage": send("PUT", f"{signed.path}?token=x", {}, content=b"x"),
        "other name": send("PUT", f"{signed.path}2?token={signed.token}", {}),
        "other use": send("PUT", f"{signed.path}?token={address[2]}", {}),
        "used to read": send("GET", f"{address[0]}?token={signed.token}", {}),
        "tampered": send("GET", f"{address[0]}?token={address[2][:-4]}AAAA", {}),
        "wide name": send("PUT", wide.url, {}, content=b"x"),
        "too large": send("PUT", signed.url, {}, content=b"x" * 1001),
        "nobody": send("POST", f"/object/sign/{mine}/g.txt", {}, json={}),
        "nothing": send("DELETE", "/object/files", json={"prefixes": []}),
    }

    invalid = ("400", "InvalidSignature")
    assert {name: refusal(answer) for name, answer in answers.items()} == {
        "not mine": DENIED,
        "no such bucket": (
            "404", "InvalidRequest", "The related resource does not exist",
        ),
        "hidden": HIDDEN,
        "hidden bytes": HIDDEN,
        "zero": ("400", "Error", "body/expiresIn must be >= 1"),
        "no token": (
            "400", "Error", "querystring must have required property 'token'",
        ),
        "garbage": ("400", "InvalidJWT", "Invalid Compact JWS"),
        "other name": (*invalid, "Invalid signature"),
        "other use": (*invalid, "Token is not scoped for upload"),
        "used to read": (*invalid, "Token is not scoped for download"),
        "tampered": ("400", "InvalidJWT", "signature verification failed"),
        "wide name": ("400", "InvalidKey", f"Invalid key: {wide.name}"),
        "too large": (
            "413", "Payload too large", "The object exceeded the maximum allowed size",
        ),
        "nobody": (
            "400", "Error", "headers must have required property 'authorization'",
        ),
        "nothing": ("400", "Error", "body/prefixes must have 1 to 1000 items"),
    }  # fmt: skip


def test_an_expired_token_of_a_person_is_refused(send, platform, person):
    claims = {"role": "authenticated", "sub": person.id, "exp": 1}
    old = jwt.encode(claims, platform.keys.legacy_secret, algorithm="HS256")
    headers = {"authorization": f"Bearer {old}"}

    answer = send("POST", f"/object/upload/sign/files/{person.id}/x", headers)

    expired = '"exp" claim timestamp check failed'
    assert refusal(answer) == ("403", "Unauthorized", expired)


def test_a_body_without_a_length_is_not_limited_as_in_the_real_one(send, sign):
    signed = sign("h.bin")

    answer = send("PUT", signed.url, {}, content=iter([b"x" * 900] * 20))

    assert answer.status_code == 200


def test_people_remove_nothing_and_the_secret_key_what_is_there(send, put, platform):
    signed, _ = put("i.txt")
    body = {"prefixes": [signed.name, "files/none"]}

    mine = send("DELETE", "/object/files", json=body)
    secret = {"apikey": platform.keys.secret}
    removed = send("DELETE", "/object/files", secret, json=body)
    again = send("DELETE", "/object/files", secret, json=body)

    assert (mine.json(), again.json()) == ([], [])
    assert [row["name"] for row in removed.json()] == [signed.name]
    answer = send("GET", f"/object/authenticated/files/{signed.name}", secret)
    assert refusal(answer) == HIDDEN


def test_a_trigger_that_fails_is_that_requests_failure_only(send, sign, put, superuser):
    superuser.execute(
        "create function storage.spoil() returns trigger language plpgsql as $$"
        " begin if new.name like '%spoilt%' then raise 'no'; end if; return new; end $$"
    )
    superuser.execute(
        "create trigger spoil before insert on storage.objects"
        " for each row execute function storage.spoil()"
    )
    try:
        path = "/object/upload/sign/files/"
        failed = send("POST", f"{path}{sign('j.txt').name}-spoilt")
        _, fine = put("k.txt")
    finally:
        superuser.execute("drop function storage.spoil cascade")

    assert failed.status_code == 500
    assert failed.json()["error"] == "DatabaseError"
    assert failed.json()["message"] == "database error, code: P0001"
    assert fine.status_code == 200


def test_an_upload_that_breaks_off_leaves_nothing(platform, sign, superuser, send):
    signed = sign("l.bin")

    def half():
        yield b"x" * 100
        raise ConnectionError

    with pytest.raises(ConnectionError):
        httpx.put(
            f"{platform.url}/storage/v1{signed.url}",
            content=half(),
            headers={"content-length": "500"},
        )

    whole = send("PUT", signed.url, {}, content=b"whole")
    assert whole.status_code == 200
    [size] = superuser.execute(
        "select metadata -> 'size' from storage.objects where name = %s", [signed.name]
    ).fetchone()
    assert size == 5


def test_of_two_uploads_at_once_one_is_stored(platform, sign, superuser):
    signed = sign("m.bin")
    statuses = []

    def put():
        url = f"{platform.url}/storage/v1{signed.url}"
        statuses.append(httpx.put(url, content=b"x" * 900).status_code)

    threads = [threading.Thread(target=put) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(statuses) == [200, 400, 400, 400]
    files = platform.home / "storage"
    rows = superuser.execute("select version from storage.objects").fetchall()
    assert {file.name for file in files.iterdir()} == {version for (version,) in rows}


def test_supabase_py_uploads_downloads_and_removes(platform, person):
    name = f"{person.id}/py.txt"
    options = {"content-type": "text/plain"}

    signed = person.bucket.create_signed_upload_url(name)
    stored = person.bucket.upload_to_signed_url(name, signed["token"], b"hi", options)
    url = person.bucket.create_signed_url(name, 60, {"download": "x.txt"})["signedURL"]
    answer = httpx.get(url)
    removed = (
        client(platform, platform.keys.secret).storage.from_("files").remove([name])
    )

    assert stored.path == name
    assert (answer.content, answer.headers["content-type"]) == (b"hi", "text/plain")
    assert answer.headers["content-disposition"].startswith("attachment; filename=x")
    assert [each["name"] for each in removed] == [name]
    with pytest.raises(StorageApiError) as denied:
        person.bucket.create_signed_upload_url("somebody/x")
    assert (denied.value.status, denied.value.code) == ("403", "Unauthorized")


def test_supabase_js_uploads_downloads_and_removes(platform, node_modules):
    keys = platform.keys
    settings = {"url": platform.url, "publishable": keys.publishable,
                "secret": keys.secret, "mail": "", "story": "storage"}  # fmt: skip

    assert run_script(SCRIPT, node_modules, settings) == {
        "key": True,
        "text": "hello",
        "type": "text/plain",
        "denied": "403",
        "again": "409",
        "removed": 1,
    }
