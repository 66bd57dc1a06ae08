"""Requests that are sent twice, at once, or about an old version."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from .person import problem

pytestmark = pytest.mark.slow
DRAFT = {"subject": "Sent twice", "body": "It was loud.", "queue": "support"}


def key():
    return {"idempotency-key": uuid4().hex}


def test_a_request_sent_again_gets_the_first_answer(people, unchanged):
    once = key()
    first = people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)

    with unchanged():
        again = people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)

    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    for name in ("etag", "location"):
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize(
    "change",
    [{"body": "Else."}, {"priority": "urgent"}, {"tags": ["a"]}, {"data": {"a": 1}}],
)
def test_a_key_goes_with_one_body(people, unchanged, change):
    once = key()
    people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)

    with unchanged():
        answer = people.customer.send(
            "POST", "/v1/tickets", json=DRAFT | change, headers=once
        )

    assert problem(answer) == (422, "idempotency-key-reused")


def test_a_key_goes_with_one_command(people, unchanged):
    once = key()
    ticket = people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)
    path = f"{ticket.headers['location']}/comments"

    with unchanged():
        answer = people.customer.send("POST", path, json={"body": "b"}, headers=once)

    assert problem(answer) == (422, "idempotency-key-reused")


def test_the_keys_of_two_people_never_meet(people):
    once = key()

    first = people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)
    second = people.customer2.send("POST", "/v1/tickets", json=DRAFT, headers=once)

    assert first.json()["id"] != second.json()["id"]


def test_a_refused_request_leaves_its_key_free(people):
    once = key()
    lost = DRAFT | {"queue": "nowhere"}
    refused = people.customer.send("POST", "/v1/tickets", json=lost, headers=once)

    answer = people.customer.send("POST", "/v1/tickets", json=DRAFT, headers=once)

    assert problem(refused) == (422, "unknown-queue")
    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/v1/tickets", "comments"])
def test_of_requests_together_one_is_carried_out(people, path):
    body = DRAFT
    if path == "comments":
        path = f"/v1/tickets/{people.customer.open_ticket()['id']}/comments"
        body = {"body": "Sent twice"}
    once = key()

    def post(_):
        return people.customer.send("POST", path, json=body, headers=once)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(6)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_of_two_who_read_the_same_version_one_is_stale(people):
    ticket = people.customer.open_ticket()
    read = {"if-match": f'"{ticket["version"]}"'}
    path = f"/v1/tickets/{ticket['id']}/assignee"

    def take(person):
        return person.send("PUT", path, json={"me": True}, headers=read)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(take, [people.agent, people.lead]))

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [late] = [answer for answer in answers if answer.status_code == 412]
    assert problem(late) == (412, "stale")


def test_the_version_answered_is_the_one_to_send(people):
    ticket = people.customer.open_ticket()
    path = f"/v1/tickets/{ticket['id']}"
    read = people.agent.send("GET", path)

    moved = people.agent.send(
        "PATCH",
        f"{path}/status",
        json={"status": "open"},
        headers={"if-match": read.headers["etag"]},
    )

    assert moved.status_code == 200
    assert people.agent.send("GET", path).headers["etag"] == moved.headers["etag"]
