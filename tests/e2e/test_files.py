"""Files from the browser to whoever reads them, over the whole stack."""

from hashlib import sha256

import httpx
import pytest

from tests.open_desk import eventually

pytestmark = pytest.mark.slow
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806")


def announce(person, ticket, content, name, content_type):
    draft = {"name": name, "size": len(content), "content_type": content_type,
             "sha256": sha256(content).hexdigest()}  # fmt: skip
    return person.do("POST", f"/v1/tickets/{ticket['id']}/attachments", draft)


def put(file, content):
    headers = {"content-type": file["content_type"]}
    return httpx.put(file["upload_url"], content=content, headers=headers)


def state_of(person, ticket, file):
    return person.get(f"/v1/tickets/{ticket['id']}/attachments/{file['id']}")


def test_files_are_uploaded_checked_shown_and_redacted(people):
    ticket = people.customer.open_ticket()
    image = announce(people.customer, ticket, PNG, "Foto ü.png", "image/png")
    fake = announce(people.customer, ticket, b"<script>", "fake.png", "image/png")
    assert put(image, PNG).is_success
    assert put(fake, b"<script>").is_success
    assert put(image, PNG).status_code == 400  # once
    path = f"/v1/tickets/{ticket['id']}/attachments/{image['id']}"
    assert people.agent.send("GET", path).status_code == 404

    # Sent at once: whether the check has ended or not, nobody gets what did not pass.
    people.customer.add_comment(ticket, "See.", attachments=[image["id"]])
    eventually(lambda: state_of(people.agent, ticket, image)["state"] == "ready")
    eventually(lambda: state_of(people.customer, ticket, fake)["state"] == "refused")

    shown = state_of(people.agent, ticket, image)
    answer = httpx.get(shown["download_url"])
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert "content-disposition" not in answer.headers
    refused = state_of(people.customer, ticket, fake)
    assert (refused["problem"], refused["download_url"]) == ("wrong-type", None)
    [_, comment] = people.agent.get(f"/v1/tickets/{ticket['id']}/comments")["items"]
    assert [each["name"] for each in comment["attachments"]] == ["Foto ü.png"]
    assert people.customer2.send("GET", path).status_code == 404

    redacted = people.lead.do("POST", f"{path}/redaction")
    assert (redacted["state"], redacted["name"]) == ("redacted", "[redacted]")
    eventually(lambda: httpx.get(shown["download_url"]).status_code == 400)


def test_files_of_notes_are_for_those_who_read_notes(people):
    ticket = people.customer.open_ticket()
    file = announce(people.agent, ticket, b"secret", "note.html", "text/html")
    assert put(file, b"secret").is_success
    note = {"attachments": [file["id"]], "visibility": "internal"}
    people.agent.add_comment(ticket, "Psst.", **note)
    eventually(lambda: state_of(people.lead, ticket, file)["state"] == "ready")

    path = f"/v1/tickets/{ticket['id']}/attachments/{file['id']}"
    assert people.customer.send("GET", path).status_code == 404
    answer = httpx.get(state_of(people.lead, ticket, file)["download_url"])
    assert answer.headers["content-type"].startswith("text/plain")
    named = "attachment; filename=note.html; filename*=UTF-8''note.html"
    assert answer.headers["content-disposition"] == named
