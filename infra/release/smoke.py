"""The few requests that tell whether a deployment is alive."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import httpx

from .guide import Guide, Stopped

PATIENCE: Final = 30.0  # seconds for one answer; the first ones start functions
TRIES: Final = 5
PAUSE: Final = 2.0  # seconds, while a gateway learns of its new functions


def smoke(api_url: str, environment: Mapping[str, str], guide: Guide) -> None:
    """Ask a deployment, and say what it answered.

    `SMOKE_EMAIL` and `SMOKE_PASSWORD`, if they are set, sign somebody in.

    Raises:
        Stopped: something is not as it should be.
    """
    if not api_url:
        raise Stopped("the stack tells no ApiUrl.")
    with httpx.Client(timeout=PATIENCE) as http:
        for what, tried in _trials(http, api_url, environment):
            wrong = tried()
            guide.say(f"{'ok' if not wrong else 'WRONG':8}{what}{wrong}")
            if wrong:
                raise Stopped(f"{what}{wrong}")


def _trials(
    http: httpx.Client, api_url: str, environment: Mapping[str, str]
) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "health, database included", lambda: _health(http, api_url)
    yield "strangers are refused", lambda: _strangers(http, api_url)
    if environment.get("SMOKE_EMAIL"):
        yield "somebody signs in", lambda: _signed_in(http, api_url, environment)


def _health(http: httpx.Client, api_url: str) -> str:
    """Empty when all is well, else what is wrong; outages get a second chance."""
    said = ""
    for _ in range(TRIES):
        try:
            answer = http.get(f"{api_url}/health")
        except httpx.TransportError as error:
            said = f": {type(error).__name__}"
        else:
            if answer.status_code == httpx.codes.OK:
                return ""
            said = f": it answered {answer.status_code}"
        time.sleep(PAUSE)
    return said


def _strangers(http: httpx.Client, api_url: str) -> str:
    forged = {"Authorization": "Bearer e30.e30.e30"}
    answers = [
        http.get(f"{api_url}/v1/whoami"),
        http.get(f"{api_url}/v1/tickets", headers=forged),
        http.post(f"{api_url}/v1/hooks/database", json={}),
    ]
    let_in = [each for each in answers if each.status_code != httpx.codes.UNAUTHORIZED]
    paths = [f"{each.request.url.path} answered {each.status_code}" for each in let_in]
    return f": {', '.join(paths)}" if paths else ""


def _signed_in(http: httpx.Client, api_url: str, environment: Mapping[str, str]) -> str:
    email = environment["SMOKE_EMAIL"]
    session = http.post(
        f"{environment['SUPABASE_URL']}/auth/v1/token?grant_type=password",
        headers={"apikey": environment["SUPABASE_PUBLISHABLE_KEY"]},
        json={"email": email, "password": environment.get("SMOKE_PASSWORD", "")},
    )
    if session.is_error:
        return f": Auth answered {session.status_code}"
    token = session.json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    me = http.get(f"{api_url}/v1/whoami", headers=bearer)
    if me.is_error or me.json().get("email") != email:
        return f": whoami answered {me.status_code}"
    return ""
