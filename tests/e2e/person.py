"""Somebody who signs in and uses the API, as from a browser."""

from typing import Any
from uuid import uuid4

import httpx

from infra.local.stack import Deployment


class Person:
    """Signs in with Supabase Auth and calls the API with the token they got."""

    def __init__(self, desk: Deployment, http: httpx.Client, name: str) -> None:
        self.desk, self.http, self.name = desk, http, name
        answer = http.post(
            f"{desk.supabase_url}/auth/v1/token",
            params={"grant_type": "password"},
            headers={"apikey": desk.supabase_publishable_key},
            json={"email": f"{name}@example.com", "password": desk.demo_password},
        )
        session = answer.raise_for_status().json()
        self.id: str = session["user"]["id"]
        self.token: str = session["access_token"]

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.http.request(
            method, f"{self.desk.api_url}{path}", headers=headers, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a successful GET."""
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a change and return the JSON of its response."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = self.send(method, path, json=body, headers=named)
        assert answer.is_success, answer.text
        return answer.json()

    def open_ticket(self, **options: Any) -> Any:
        draft = {
            "subject": "The bell is mute",
            "body": "It was loud.",
            "queue": "support",
        }
        headers = {"idempotency_key": uuid4().hex}
        return self.do("POST", "/v1/tickets", draft | options, **headers)

    def add_comment(self, ticket: Any, body: str, **options: Any) -> Any:
        path = f"/v1/tickets/{ticket['id']}/comments"
        return self.do("POST", path, {"body": body, **options})

    def topic(self, of: str, *, ticket: Any = None) -> str:
        """Return the current name of the topic that this person should join.

        Args:
            of: how it begins, such as `queue:<id>`.
            ticket: the ticket that it belongs to, if it does.
        """
        query = {"ticket": ticket["id"]} if ticket else {}
        [name] = [
            each["topic"]
            for each in self.get("/v1/topics", **query)["topics"]
            if each["topic"].startswith(of)
        ]
        return str(name)

    def ticket_topic(self, ticket: Any) -> str:
        """Return the current name of this person's topic of a ticket."""
        return self.topic("ticket:", ticket=ticket)

    def take(self, ticket: Any) -> Any:
        return self.do("PUT", f"/v1/tickets/{ticket['id']}/assignee", {"me": True})

    def set_status(self, ticket: Any, status: str, **options: Any) -> Any:
        path = f"/v1/tickets/{ticket['id']}/status"
        return self.do("PATCH", path, {"status": status, **options})

    def data_api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call Supabase's Data API without one of our functions in between."""
        headers = {
            "apikey": self.desk.supabase_publishable_key,
            "authorization": f"Bearer {self.token}",
        }
        url = f"{self.desk.supabase_url}/rest/v1/{path}"
        headers |= options.pop("headers", {})
        return self.http.request(method, url, headers=headers, **options)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a well-formed problem; anything else fails here."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert set(document) <= {"type", "title", "status", "detail", "errors"}, document
    assert document["status"] == answer.status_code
    return answer.status_code, document["type"].removeprefix("urn:autocrm:problem:")


def browser_settings(desk: Deployment) -> dict[str, str]:
    """What a frontend knows, with the password of the demonstration's people."""
    return {
        "url": desk.supabase_url,
        "key": desk.supabase_publishable_key,
        "api": desk.api_url,
        "password": desk.demo_password,
    }
