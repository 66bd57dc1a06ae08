"""What Auth sends by email: who gets it, how often it is good, and where it leads."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.auth.mail import Mailbox, Redirects
from infra.local.ports import free_ports
from infra.local.processes import running

from .support import PASSWORD, client, connections, new_email, signed_up

pytestmark = pytest.mark.slow


def emails_to(platform, address):
    emails = Mailbox(platform.mail_folder).read()
    return [email for email in emails if f"To: {address}\n" in email]


def link_in(email):
    [link] = [line for line in email.splitlines() if line.startswith("http")]
    return link


def fragment(answer):
    parts = parse_qs(urlsplit(answer.headers["location"]).fragment)
    return {name: values[0] for name, values in parts.items()}


@pytest.fixture
def address(platform):
    return signed_up(platform).auth.get_session().user.email


@pytest.fixture
def ask(platform):
    """Post to Auth, as the official clients do."""
    headers = {"apikey": platform.keys.publishable}

    def post(route, body, **query):
        url = f"{platform.url}/auth/v1/{route}"
        return connections().post(url, headers=headers, json=body, params=query)

    return post


def test_nobody_learns_who_has_an_account(platform, ask, address):
    stranger = new_email()

    answers = [ask("recover", {"email": each}) for each in (address, stranger)]

    assert [(each.status_code, each.json()) for each in answers] == [(200, {})] * 2
    assert len(emails_to(platform, address)) == 1
    assert emails_to(platform, stranger) == []


def test_a_link_is_good_once_and_leads_to_the_frontend(platform, ask, address):
    ask("recover", {"email": address})
    link = link_in(emails_to(platform, address)[0])

    looked_at = httpx.head(link)
    first, second = httpx.get(link), httpx.get(link)

    assert looked_at.status_code == 405
    assert [first.status_code, second.status_code] == [303, 303]
    assert first.headers["location"].startswith("http://localhost:3000#")
    assert fragment(first)["type"] == "recovery"
    token = fragment(first)["access_token"]
    assert client(platform).auth.get_user(token).user.email == address
    assert fragment(second)["error_code"] == "otp_expired"


def test_a_newer_email_ends_the_earlier_one(platform, ask, address):
    for _ in range(2):
        ask("recover", {"email": address})
    older, newer = map(link_in, emails_to(platform, address))

    assert "error" in fragment(httpx.get(older))
    assert "access_token" in fragment(httpx.get(newer))


def test_a_session_by_email_says_so(platform, ask):
    email = new_email()
    ask("otp", {"email": email})
    [sent] = emails_to(platform, email)
    code = sent.partition("Code: ")[2].strip()

    session = ask("verify", {"type": "email", "email": email, "token": code}).json()

    claims = client(platform).auth.get_claims(session["access_token"])
    assert claims["claims"]["amr"][0]["method"] == "otp"
    assert session["user"]["email_confirmed_at"]


@pytest.mark.parametrize(
    ("route", "body", "status", "code"),
    [
        ("recover", {}, 400, "validation_failed"),
        ("recover", {"email": "nobody"}, 400, "validation_failed"),
        ("otp", {"email": "a@b.c", "code_challenge": "x"}, 400, "validation_failed"),
        ("otp", {"email": "a@b.c", "create_user": False}, 422, "otp_disabled"),
        ("verify", {}, 400, "validation_failed"),
        ("verify", {"type": "sms", "token_hash": "x"}, 400, "validation_failed"),
        ("verify", {"type": "email", "email": "a@b.c"}, 400, "validation_failed"),
        ("verify", {"type": "email", "token_hash": "x"}, 403, "otp_expired"),
        ("verify", {"type": "recovery", "token_hash": ""}, 400, "validation_failed"),
    ],
)
def test_what_is_not_complete_is_refused(ask, route, body, status, code):
    answer = ask(route, body)

    assert answer.status_code == status
    assert answer.json()["error_code"] == code


def test_a_banned_user_gets_no_session_by_email(platform, superuser, ask, address):
    ask("recover", {"email": address})
    [email] = emails_to(platform, address)
    ban = "update auth.users set banned_until = now() + interval '1 day'"
    superuser.execute(f"{ban} where email = %s", [address])

    assert fragment(httpx.get(link_in(email)))["error_code"] == "user_banned"


@pytest.fixture
def strict(platform, tmp_path):
    """Another Auth of the same project: addresses are confirmed, tokens end at once."""
    [port] = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    service = next(each for each in platform.services() if each.name == "auth")
    settings = {
        "PORT": str(port),
        "GOTRUE_MAILER_AUTOCONFIRM": "false",
        "GOTRUE_MAILER_OTP_EXP": "0",
        "MAIL_FOLDER": str(tmp_path / "mail"),
    }
    environment = {**service.environment, **settings}
    other = replace(service, environment=environment, ready=f"{url}/health")
    with running([other]):
        yield url, Mailbox(tmp_path / "mail")


@pytest.mark.parametrize("route", ["signup", "otp"])
def test_an_address_is_confirmed_by_the_link_that_it_gets(platform, strict, route):
    url, mailbox = strict
    credentials = {"email": new_email(), "password": PASSWORD}

    signed_up = httpx.post(f"{url}/{route}", json=credentials)

    assert "access_token" not in signed_up.json()
    [email] = mailbox.read()
    assert "Subject: Confirm your email address\n" in email
    assert fragment(httpx.get(link_in(email)))["type"] == "signup"
    if route == "signup":
        assert client(platform).auth.sign_in_with_password(credentials).session


def test_a_token_ends_by_itself(strict, address):
    url, mailbox = strict
    httpx.post(f"{url}/recover", json={"email": address}).raise_for_status()
    [email] = mailbox.read()
    token = parse_qs(urlsplit(link_in(email)).query)["token"][0]

    answer = httpx.post(f"{url}/verify", json={"type": "recovery", "token_hash": token})

    assert (answer.status_code, answer.json()["error_code"]) == (403, "otp_expired")


SITE = Redirects("http://localhost:5173", ["https://*.example.com/**", "app://done"])


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("http://localhost:5173/new", True),
        ("http://localhost:8080/", True),
        ("https://a.example.com/x/y", True),
        ("app://done", True),
        ("", False),
        ("https://a.b.example.com/", False),
        ("https://evil.example/", False),
        ("https://evil.example/https://a.example.com/", False),
        ("javascript://localhost/%0aalert(1)", False),
        ("http://localhost\r\nx: y", False),
        ("http://[", False),
    ],
)
def test_a_link_leads_only_where_the_project_allows(wanted, allowed):
    assert SITE.target(wanted) == (wanted if allowed else "http://localhost:5173")
