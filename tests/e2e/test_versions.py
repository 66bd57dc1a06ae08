"""What is edited has a version: of two editors, the second hears of the first.

A row is a thing that an administrator makes, its route, and two changes of it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from .person import Person, problem

pytestmark = pytest.mark.slow


class Edited(NamedTuple):
    """A thing that is edited.

    Attributes:
        make: makes one, and returns its path.
        changes: bodies of two changes.
        restore: what undoes them where it cannot be deleted; else it is.
    """

    make: Callable[[Person], str]
    changes: tuple[dict[str, Any], dict[str, Any]]
    restore: dict[str, Any] | None = None


def made(path: str, draft: dict[str, Any]) -> Callable[[Person], str]:
    return lambda admin: f"{path}/{admin.do('POST', path, draft)['id']}"


def ticket(admin: Person) -> str:
    return f"/v1/tickets/{admin.open_ticket()['id']}"


QUIET = {"event_types": ["TICKET_REPLY_TAKEN_OVER"]}
EDITED = {
    "a ticket": Edited(ticket, ({"subject": "One"}, {"subject": "Two"}), {}),
    "a queue": Edited(
        lambda _: "/v1/queues/workshop",
        ({"description": "One."}, {"description": "Two."}),
        {"description": ""},
    ),
    "a view": Edited(
        made("/v1/views", {"name": "None"}), ({"name": "One"}, {"name": "Two"})
    ),
    "an organization": Edited(
        made("/v1/organizations", {"name": f"None {uuid4()}"}),
        ({"domains": [f"{uuid4()}.example"]}, {"notes": "Two."}),
    ),
    "a webhook": Edited(
        made("/v1/webhooks", {"url": "https://hooks.example.com/", **QUIET}),
        ({"description": "One."}, {"description": "Two."}),
    ),
}


@pytest.mark.parametrize("thing", EDITED)
def test_of_two_changes_of_one_version_the_second_is_refused(people, thing):
    edited, admin = EDITED[thing], people.admin
    path = edited.make(admin)

    def send(method, version, body=None):
        return admin.send(method, path, json=body, headers={"if-match": version})

    first = admin.send("GET", path)
    read = first.headers["etag"]
    one, two = edited.changes
    changed = send("PATCH", read, one)

    assert read == f'"{first.json()["version"]}"'
    assert (changed.status_code, changed.json().items() >= one.items()) == (200, True)
    assert changed.headers["etag"] != read
    assert problem(send("PATCH", read, two)) == (412, "stale")
    now = admin.send("GET", path)
    assert {**now.json(), "unread": None} == {**changed.json(), "unread": None}
    assert now.headers["etag"] == changed.headers["etag"]
    either = send("PATCH", f"{read}, {changed.headers['etag']}", two)
    assert (either.status_code, either.json().items() >= two.items()) == (200, True)
    # Nothing that changes is no version.
    same = send("PATCH", "*", two)
    assert same.headers["etag"] == either.headers["etag"]
    if edited.restore is None:
        assert problem(send("DELETE", read)) == (412, "stale")
        assert send("DELETE", same.headers["etag"]).status_code == 200
        assert problem(admin.send("GET", path)) == (404, "not-found")
    elif edited.restore:
        assert send("PATCH", same.headers["etag"], edited.restore).status_code == 200
