"""`make smoke`: send the few requests that show whether a deployment works."""

import time
from collections.abc import Mapping
from typing import Final

import httpx

from .steps import Stopped

NAME_AN_API: Final = "Name an API: make smoke URL=http://localhost:3000"
TIMEOUT: Final = 30.0  # seconds for one response; the first ones start functions
ATTEMPTS: Final = 5
PAUSE: Final = 2.0  # seconds, while the gateway does not know its new functions yet


def smoke(url: str, environment: Mapping[str, str]) -> None:
    """Test an API; `SMOKE_EMAIL` and `SMOKE_PASSWORD`, if set, sign a person in.

    Raises:
        Stopped: a test failed.
    """
    if not url:
        raise Stopped(f"the stack has no output ApiUrl. {NAME_AN_API}")
    with httpx.Client(base_url=url, timeout=TIMEOUT) as api:
        _report("health, database included", _health(api))
        _report("strangers are refused", _strangers(api))
        if environment.get("SMOKE_EMAIL"):
            _report("a person signs in", _sign_in(api, environment))


def _report(title: str, problem: str) -> None:
    """Print a result; an empty problem is success."""
    print(f"{'failed' if problem else 'ok':8}{title}", flush=True)
    if problem:
        raise Stopped(f"{title}: {problem}")


def _health(api: httpx.Client) -> str:
    problem = ""
    for _ in range(ATTEMPTS):
        try:
            status = api.get("/health").status_code
        except httpx.TransportError as error:
            problem = type(error).__name__
        else:
            if status == httpx.codes.OK:
                return ""
            problem = f"status {status}"
        time.sleep(PAUSE)
    return problem


def _strangers(api: httpx.Client) -> str:
    forged = {"Authorization": "Bearer e30.e30.e30"}
    responses = [
        api.get("/v1/whoami"),
        api.get("/v1/tickets", headers=forged),
        api.post("/v1/hooks/database", json={}),
    ]
    return ", ".join(
        f"{each.request.url.path} status {each.status_code}"
        for each in responses
        if each.status_code != httpx.codes.UNAUTHORIZED
    )


def _sign_in(api: httpx.Client, environment: Mapping[str, str]) -> str:
    email = environment["SMOKE_EMAIL"]
    session = api.post(
        f"{environment['SUPABASE_URL']}/auth/v1/token?grant_type=password",
        headers={"apikey": environment["SUPABASE_PUBLISHABLE_KEY"]},
        json={"email": email, "password": environment.get("SMOKE_PASSWORD", "")},
    )
    if session.is_error:
        return f"Auth status {session.status_code}"
    bearer = {"Authorization": f"Bearer {session.json()['access_token']}"}
    person = api.get("/v1/whoami", headers=bearer)
    if person.is_error or person.json().get("email") != email:
        return f"whoami status {person.status_code}"
    return ""
