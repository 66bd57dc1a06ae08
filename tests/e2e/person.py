"""Somebody at the desk, with nothing but a browser."""

from typing import Any
from uuid import uuid4

import httpx

from infra.local.stack import Deployment


class Person:
    """Signs in with Supabase Auth and calls the API with the token they got."""

    def __init__(self, desk: Deployment, http: httpx.Client, name: str) -> None:
        self.desk, self.http = desk, http
        answer = http.post(
            f"{desk.supabase_url}/auth/v1/token",
            params={"grant_type": "password"},
            headers={"apikey": desk.supabase_publishable_key},
            json={"email": f"{name}@example.com", "password": desk.demo_password},
        )
        session = answer.raise_for_status().json()
        self.id: str = session["user"]["id"]
        self.token: str = session["access_token"]

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"} | given.pop("headers", {})
        return self.http.request(
            method, f"{self.desk.api_url}{path}", headers=headers, **given
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return what is there."""
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Change something and return what became of it."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        answer = self.send(method, path, json=body, headers=named)
        assert answer.is_success, answer.text
        return answer.json()

    def opens(self, **given: Any) -> Any:
        draft = {
            "subject": "The bell is mute",
            "body": "It was loud.",
            "queue": "support",
        }
        headers = {"idempotency_key": uuid4().hex}
        return self.do("POST", "/v1/tickets", draft | given, **headers)

    def says(self, ticket: Any, body: str, **given: Any) -> Any:
        path = f"/v1/tickets/{ticket['id']}/comments"
        return self.do("POST", path, {"body": body, **given})

    def takes(self, ticket: Any) -> Any:
        return self.do("PUT", f"/v1/tickets/{ticket['id']}/assignee", {"me": True})

    def moves(self, ticket: Any, status: str, **given: Any) -> Any:
        path = f"/v1/tickets/{ticket['id']}/status"
        return self.do("PATCH", path, {"status": status, **given})

    def data_api(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Call Supabase's Data API without one of our functions in between."""
        headers = {
            "apikey": self.desk.supabase_publishable_key,
            "authorization": f"Bearer {self.token}",
        }
        url = f"{self.desk.supabase_url}/rest/v1/{path}"
        headers |= given.pop("headers", {})
        return self.http.request(method, url, headers=headers, **given)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and slug of a well-formed problem; anything else fails here."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert set(told) <= {"type", "title", "status", "detail", "errors"}, told
    assert told["status"] == answer.status_code
    return answer.status_code, told["type"].removeprefix("urn:autocrm:problem:")
