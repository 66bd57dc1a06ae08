"""Announcing, downloading and redacting files; and the workers that check and sweep."""

import json
from hashlib import sha256
from uuid import uuid4

import pytest

from functions.attach_file.app import handler as attach_file
from functions.check_files.app import handler as check_files
from functions.get_attachment.app import handler as get_attachment
from functions.redact_attachment.app import handler as redact_attachment
from functions.sweep_files.app import handler as sweep_files
from tests.events import context, send
from tests.fakes import in_turn, refusal
from tests.fakes.postgrest import VOID
from tests.http_server import Response

ID, TICKET = str(uuid4()), str(uuid4())
NAME = f"{TICKET}/{ID}"
PATH = "/v1/tickets/1042/attachments"
DRAFT = {"name": "Plan ü.txt", "size": 5, "content_type": "text/plain"}
UPLOAD = f"/storage/v1/object/upload/sign/attachments/{NAME}"
DOWNLOAD = f"/storage/v1/object/sign/attachments/{NAME}"
BYTES = f"/storage/v1/object/authenticated/attachments/{NAME}"
BUCKET = "/storage/v1/object/attachments"


def row(state="announced", **given):
    return {
        "id": ID, **DRAFT, "sha256": None, "state": state, "problem": None,
        "ticket_id": TICKET, "comment_id": None,
        "object_name": NAME if state in ("announced", "ready") else None, **given,
    }  # fmt: skip


def storage_refusal(status, error):
    body = {"statusCode": str(status), "error": error, "message": "No", "code": "X"}
    return Response(400, json.dumps(body).encode())


def test_a_file_is_announced_and_its_upload_is_signed_with_the_callers_token(rest):
    rest.results["attach_file"] = row()
    url = f"/object/upload/sign/attachments/{NAME}?token=t"
    rest.results[UPLOAD] = {"url": url, "token": "t"}

    answer = send(attach_file, "POST", PATH, DRAFT, headers={"Idempotency-Key": "k"})

    assert answer.status == 201
    assert answer.json["upload_url"] == f"{rest.url}/storage/v1{url}"
    assert answer.json["id"] == ID
    assert "object_name" not in answer.json
    assert answer.headers["location"] == f"/v1/tickets/{TICKET}/attachments/{ID}"
    [arguments] = rest.arguments("attach_file")
    assert arguments == {"ticket": "1042", "idempotency_key": "k", **DRAFT}
    signed = rest.calls[-1].headers
    assert signed["authorization"] == rest.calls[0].headers["authorization"]
    assert signed["apikey"] == "sb_publishable_x"


@pytest.mark.parametrize(
    ("status", "error"), [(403, "Unauthorized"), (409, "Duplicate")]
)
def test_where_there_is_nothing_to_upload_any_more_there_is_no_address(
    rest, status, error
):
    rest.results["attach_file"] = row()
    rest.results[UPLOAD] = storage_refusal(status, error)

    answer = send(attach_file, "POST", PATH, DRAFT)

    assert (answer.status, answer.json["upload_url"]) == (201, None)


def test_an_announcement_that_is_sent_again_after_the_upload_signs_nothing(rest):
    rest.results["attach_file"] = row("checking")

    answer = send(attach_file, "POST", PATH, DRAFT)

    assert (answer.json["state"], answer.json["upload_url"]) == ("checking", None)
    assert rest.functions == ["attach_file"]


@pytest.mark.parametrize(
    ("answered", "status"),
    [
        (Response(503), 503),
        (Response(544, b"{}"), 503),
        (Response(429), 429),
        (Response(400, b"no JSON"), 500),
        (storage_refusal(404, "InvalidRequest"), 500),  # there is no bucket
    ],
)
def test_an_outage_of_storage_is_no_missing_file(rest, answered, status):
    rest.results |= {"attach_file": row(), "get_attachment": row("ready")}
    rest.results |= {UPLOAD: answered, DOWNLOAD: answered}

    assert send(attach_file, "POST", PATH, DRAFT).status == status
    assert send(get_attachment, "GET", f"{PATH}/{ID}").status == status


@pytest.mark.parametrize(
    "draft",
    [
        {},
        DRAFT | {"name": "a\nb"},
        DRAFT | {"name": "a\u202etxt.exe"},
        DRAFT | {"size": 0},
        DRAFT | {"size": "5"},
        DRAFT | {"sha256": "abc"},
        DRAFT | {"path": "/etc"},
    ],
)
def test_an_announcement_that_says_nonsense_is_refused(rest, draft):
    assert send(attach_file, "POST", PATH, draft).status == 422
    assert not rest.calls


@pytest.mark.parametrize(
    ("content_type", "query"),
    [
        ("text/plain", "&download=Plan%20%C3%BC.txt"),
        ("text/html", "&download=Plan%20%C3%BC.txt"),
        ("image/svg+xml", "&download=Plan%20%C3%BC.txt"),
        ("image/png", ""),
        ("image/webp", ""),
    ],
)
def test_a_download_is_signed_and_only_images_without_scripts_are_shown(
    rest, content_type, query
):
    rest.results["get_attachment"] = row("ready", content_type=content_type)
    url = f"/object/sign/attachments/{NAME}?token=t"
    rest.results[DOWNLOAD] = {"signedURL": url}

    answer = send(get_attachment, "GET", f"{PATH}/{ID}")

    assert answer.json["download_url"] == f"{rest.url}/storage/v1{url}{query}"
    assert rest.arguments(DOWNLOAD) == [{"expiresIn": 60}]
    assert rest.arguments("get_attachment") == [{"ticket": "1042", "attachment": ID}]


@pytest.mark.parametrize("state", ["announced", "checking", "refused", "redacted"])
def test_only_a_file_that_has_passed_has_an_address(rest, state):
    rest.results["get_attachment"] = row(state)

    answer = send(get_attachment, "GET", f"{PATH}/{ID}")

    assert (answer.status, answer.json["download_url"]) == (200, None)
    assert rest.functions == ["get_attachment"]


def test_a_file_is_redacted(rest):
    rest.results["redact_attachment"] = row("redacted", name="[redacted]")

    answer = send(redact_attachment, "POST", f"{PATH}/{ID}/redaction")

    assert (answer.status, answer.json["name"]) == (200, "[redacted]")
    assert answer.json.keys() == {
        "id", "name", "content_type", "size", "sha256", "state", "problem"
    }  # fmt: skip


@pytest.mark.parametrize("status", [403, 404, 429])
def test_what_the_database_refuses_is_signed_nowhere(rest, status):
    rest.results["attach_file"] = refusal(status, "no")
    rest.results["get_attachment"] = refusal(status, "no")

    assert send(attach_file, "POST", PATH, DRAFT).status == status
    assert send(get_attachment, "GET", f"{PATH}/{ID}").status == status
    assert set(rest.functions) == {"attach_file", "get_attachment"}


# Workers ------------------------------------------------------------------------


def to_check(**given):
    return [{"id": ID, "object_name": NAME, **DRAFT, "sha256": None, **given}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (Response(200, b"hello"), None),
        (Response(200, b"he\0lo"), "wrong-type"),
        (Response(200, b"hello, more"), "wrong-size"),
        (storage_refusal(404, "not_found"), "missing"),
    ],
)
def test_a_file_is_read_with_the_secret_key_and_judged(rest, content, problem):
    rest.results |= {"claim_file_checks": in_turn(to_check(), []), BYTES: content}
    rest.results["record_file_check"] = VOID

    outcome = check_files({}, context(60_000))

    refused = int(problem is not None)
    assert outcome == {"ready": 1 - refused, "refused": refused}
    [recorded] = rest.arguments("record_file_check")
    assert recorded.get("problem") == problem
    if problem is None:
        assert recorded["sha256"] == sha256(b"hello").hexdigest()
    [read] = [call for call in rest.calls if call.function == BYTES]
    assert read.headers["apikey"] == "sb_secret_worker"


def test_numbers_in_a_file_stay_as_they_are(rest):
    content = b"12345678901234567890.10"
    file = to_check(size=len(content), sha256=sha256(content).hexdigest())
    rest.results |= {"claim_file_checks": in_turn(file, [])}
    rest.results |= {BYTES: Response(200, content), "record_file_check": VOID}

    assert check_files({}, context(60_000)) == {"ready": 1, "refused": 0}


def test_a_file_that_cannot_be_read_now_is_not_judged(rest):
    rest.results |= {"claim_file_checks": to_check(), BYTES: Response(503)}

    with pytest.raises(Exception, match="unavailable"):
        check_files({}, context(60_000))

    assert "record_file_check" not in rest.functions


def test_without_time_no_file_is_begun(rest):
    assert check_files({}, context(30_000)) == {"ready": 0, "refused": 0}
    assert sweep_files({}, context(40_000)) == {"removed": 0}
    assert not rest.calls


def test_files_are_removed_and_then_forgotten(rest):
    rest.results |= {"sweep_files": in_turn([NAME, "a/b"], []), BUCKET: []}
    rest.results["files_removed"] = VOID

    assert sweep_files({}, context(60_000)) == {"removed": 2}

    assert rest.arguments(BUCKET) == [{"prefixes": [NAME, "a/b"]}]
    assert rest.arguments("files_removed") == [{"object_names": [NAME, "a/b"]}]
    assert rest.functions == ["sweep_files", BUCKET, "files_removed", "sweep_files"]


@pytest.mark.parametrize("answered", [Response(503), storage_refusal(403, "Denied")])
def test_what_is_not_removed_is_not_forgotten(rest, answered):
    rest.results |= {"sweep_files": [NAME], BUCKET: answered}

    with pytest.raises(Exception, match="unavailable"):
        sweep_files({}, context(60_000))

    assert "files_removed" not in rest.functions
