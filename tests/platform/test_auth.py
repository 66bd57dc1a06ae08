"""Auth with supabase-py, unchanged."""

import time
import uuid

import httpx
import jwt
import pytest
from supabase import AuthApiError
from supabase_auth.errors import AuthInvalidCredentialsError, AuthWeakPasswordError

from .support import PASSWORD, client, new_email, signed_up

pytestmark = pytest.mark.slow


@pytest.fixture
def admin(platform):
    return client(platform, platform.keys.secret).auth.admin


def test_sign_up_opens_a_session(platform):
    email = new_email()

    answer = client(platform).auth.sign_up(
        {
            "email": email.upper(),
            "password": PASSWORD,
            "options": {"data": {"name": "Ada"}},
        }
    )

    assert answer.user.email == email
    assert answer.user.user_metadata["name"] == "Ada"
    assert answer.user.user_metadata["email_verified"] is True
    assert answer.user.identities[0].provider == "email"
    assert answer.session.token_type == "bearer"


def test_an_access_token_verifies_against_the_published_keys(platform):
    session = signed_up(platform).auth.get_session()
    issuer = f"{platform.url}/auth/v1"
    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")

    claims = jwt.decode(
        session.access_token,
        keys.get_signing_key_from_jwt(session.access_token),
        algorithms=["ES256"],
        audience="authenticated",
        issuer=issuer,
    )

    assert claims["sub"] == session.user.id
    assert claims["role"] == "authenticated"
    assert claims["amr"][0]["method"] == "password"
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["desk_role"] == "customer"


def test_the_hook_may_refuse_a_sign_in(platform):
    credentials = {"email": f"refused-{new_email()}", "password": PASSWORD}

    with pytest.raises(AuthApiError, match="Not today") as refusal:
        client(platform).auth.sign_up(credentials)

    assert refusal.value.status == 403


def test_the_same_address_signs_up_once(platform):
    person = signed_up(platform)
    email = person.auth.get_session().user.email

    with pytest.raises(AuthApiError) as refusal:
        client(platform).auth.sign_up({"email": email, "password": PASSWORD})

    assert refusal.value.code == "user_already_exists"


def test_a_short_password_is_weak(platform):
    with pytest.raises(AuthWeakPasswordError) as refusal:
        client(platform).auth.sign_up({"email": new_email(), "password": "short"})

    assert refusal.value.reasons == ["length"]


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_look_alike(platform, known):
    email = signed_up(platform).auth.get_session().user.email if known else new_email()

    with pytest.raises(AuthApiError, match="Invalid login credentials") as refusal:
        client(platform).auth.sign_in_with_password(
            {"email": email, "password": "wrong password"}
        )

    assert (refusal.value.status, refusal.value.code) == (400, "invalid_credentials")


def test_older_clients_get_the_older_body(platform):
    answer = httpx.post(
        f"{platform.url}/auth/v1/token?grant_type=password",
        headers={"apikey": platform.keys.publishable},
        json={"email": new_email(), "password": PASSWORD},
    )

    assert answer.json() == {
        "code": 400,
        "error_code": "invalid_credentials",
        "msg": "Invalid login credentials",
    }


def test_a_refresh_rotates_the_token_and_keeps_the_session(platform):
    person = signed_up(platform)
    before = person.auth.get_session()

    after = person.auth.refresh_session().session

    assert after.refresh_token != before.refresh_token
    sessions = {
        jwt.decode(each.access_token, options={"verify_signature": False})["session_id"]
        for each in (before, after)
    }
    assert len(sessions) == 1


def test_the_parent_of_the_active_token_is_accepted(platform):
    person = signed_up(platform)
    first = person.auth.get_session().refresh_token
    second = person.auth.refresh_session().session.refresh_token

    again = client(platform).auth.refresh_session(first).session

    assert again.refresh_token == second


def test_an_older_token_ends_the_whole_family(platform):
    person = signed_up(platform)
    first = person.auth.get_session().refresh_token
    person.auth.refresh_session()
    newest = person.auth.refresh_session().session.refresh_token

    for used in (first, newest):
        with pytest.raises(AuthApiError) as refusal:
            client(platform).auth.refresh_session(used)
        assert refusal.value.code == "refresh_token_already_used"


def test_signing_out_ends_the_session_everywhere(platform):
    person = signed_up(platform)
    session = person.auth.get_session()

    person.auth.sign_out()

    with pytest.raises(AuthApiError) as refusal:
        client(platform).auth.refresh_session(session.refresh_token)
    assert refusal.value.code == "refresh_token_not_found"
    with pytest.raises(AuthApiError, match="Session from session_id"):
        client(platform).auth.get_user(session.access_token)


@pytest.mark.parametrize(
    ("scope", "here", "elsewhere"),
    [("local", False, True), ("others", True, False), ("global", False, False)],
)
def test_a_sign_out_has_a_scope(platform, scope, here, elsewhere):
    first, second = signed_up(platform), client(platform)
    email = first.auth.get_session().user.email
    second.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    tokens = [each.auth.get_session().refresh_token for each in (first, second)]

    first.auth.sign_out({"scope": scope})

    assert [alive(platform, token) for token in tokens] == [here, elsewhere]


def alive(platform, token):
    try:
        return bool(client(platform).auth.refresh_session(token).session)
    except AuthApiError:
        return False


def test_a_user_changes_metadata_and_password(platform):
    person, elsewhere = signed_up(platform), client(platform)
    email = person.auth.get_session().user.email
    elsewhere.auth.sign_in_with_password({"email": email, "password": PASSWORD})

    person.auth.update_user({"data": {"name": "Ada"}, "password": "another password"})

    assert person.auth.get_user().user.user_metadata["name"] == "Ada"
    with pytest.raises(AuthApiError):
        elsewhere.auth.refresh_session()
    credentials = {"email": email, "password": "another password"}
    assert client(platform).auth.sign_in_with_password(credentials).session


def test_the_old_password_is_no_new_one(platform):
    with pytest.raises(AuthApiError) as refusal:
        signed_up(platform).auth.update_user({"password": PASSWORD})

    assert refusal.value.code == "same_password"


@pytest.mark.parametrize("change", [{"email": "a@example.com"}, {"phone": "1"}])
def test_what_cannot_be_changed_here_is_refused(platform, change):
    with pytest.raises(AuthApiError, match="Only password and data"):
        signed_up(platform).auth.update_user(change)


def test_an_administrator_creates_users(platform, admin):
    made = admin.create_user(
        {
            "email": new_email(),
            "password": PASSWORD,
            "email_confirm": True,
            "app_metadata": {"org": "acme"},
            "user_metadata": {"name": "Ada", "old": 1},
        }
    ).user

    provider = {"provider": "email", "providers": ["email"]}
    assert made.app_metadata == {"org": "acme", **provider}
    person = client(platform)
    person.auth.sign_in_with_password({"email": made.email, "password": PASSWORD})
    person.auth.update_user({"data": {"old": None, "new": 2}})
    found = person.auth.get_user().user.user_metadata
    assert found == {"name": "Ada", "new": 2, "email_verified": True}


def test_an_unconfirmed_address_does_not_sign_in(platform, admin):
    credentials = {"email": new_email(), "password": PASSWORD}
    admin.create_user(credentials)

    with pytest.raises(AuthApiError) as refusal:
        client(platform).auth.sign_in_with_password(credentials)

    assert refusal.value.code == "email_not_confirmed"


def test_an_address_is_made_once_by_administrators_too(platform, admin):
    email = signed_up(platform).auth.get_session().user.email

    with pytest.raises(AuthApiError) as refusal:
        admin.create_user({"email": email})

    assert refusal.value.code == "email_exists"


def test_users_are_listed_in_pages(platform, admin):
    made = [admin.create_user({"email": new_email()}).user.id for _ in range(3)]

    pages = [admin.list_users(page=page, per_page=2) for page in (1, 2)]

    listed = [user.id for page in pages for user in page]
    assert listed[:3] == made[::-1]


def refusals(platform, person, session):
    """Return the codes with which what a user could do before is refused."""
    email = session.user.email
    tries = [
        lambda: client(platform).auth.sign_in_with_password(
            {"email": email, "password": PASSWORD}
        ),
        lambda: client(platform).auth.refresh_session(session.refresh_token),
        lambda: person.auth.get_user(session.access_token),
    ]
    codes = []
    for attempt in tries:
        try:
            attempt()
        except AuthApiError as refusal:
            codes.append(refusal.code)
    return codes


def test_a_banned_user_does_not_sign_in_until_the_ban_ends(platform, admin):
    person = signed_up(platform)
    session = person.auth.get_session()

    banned = admin.update_user_by_id(session.user.id, {"ban_duration": "1h30m"})
    during = refusals(platform, person, session)
    admin.update_user_by_id(session.user.id, {"ban_duration": "none"})

    assert banned.user.id == session.user.id
    assert during == ["user_banned"] * 3
    assert refusals(platform, person, session) == []


@pytest.mark.parametrize("duration", ["", "1 day", "h", "1d"])
def test_a_ban_lasts_hours_minutes_and_seconds(platform, admin, duration):
    user = signed_up(platform).auth.get_session().user

    with pytest.raises(AuthApiError, match="invalid format for ban duration"):
        admin.update_user_by_id(user.id, {"ban_duration": duration})


@pytest.mark.parametrize("soft", [True, False])
def test_a_deleted_user_does_not_sign_in_again(platform, admin, soft):
    person = signed_up(platform)
    session = person.auth.get_session()

    admin.delete_user(session.user.id, should_soft_delete=soft)

    assert refusals(platform, person, session) == [
        "invalid_credentials",
        "refresh_token_not_found",
        "session_not_found" if soft else "user_not_found",
    ]


def test_nobody_is_banned_or_deleted_who_is_not_there(platform, admin):
    nobody = str(uuid.uuid4())

    for change in (
        lambda: admin.update_user_by_id(nobody, {"ban_duration": "1h"}),
        lambda: admin.delete_user(nobody),
    ):
        with pytest.raises(AuthApiError) as refusal:
            change()
        assert refusal.value.code == "user_not_found"


def test_administration_needs_the_secret_key(platform):
    with pytest.raises(AuthApiError) as refusal:
        signed_up(platform).auth.admin.list_users()

    assert refusal.value.status in {401, 403}


def test_a_trigger_on_users_keeps_a_profile(platform, database):
    user = signed_up(platform).auth.get_session().user

    query = "select email from public.profiles where id = %s"
    assert database.execute(query, [user.id]).fetchone() == (user.email,)


def test_a_trigger_that_fails_refuses_the_user(platform, admin):
    credentials = {"email": f"unwanted-{new_email()}", "password": PASSWORD}

    with pytest.raises(AuthApiError, match="Database error creating new user"):
        admin.create_user(credentials)
    with pytest.raises(AuthApiError, match="Database error saving new user"):
        client(platform).auth.sign_up(credentials)


def test_a_forged_token_is_refused(platform):
    token = jwt.encode(
        {"sub": str(uuid.uuid4()), "role": "service_role", "exp": time.time() + 60},
        "a secret that is certainly long enough",
        algorithm="HS256",
    )

    with pytest.raises((AuthApiError, AuthInvalidCredentialsError)):
        client(platform).auth.get_user(token)


def test_settings_and_health_say_what_is_offered(platform):
    headers = {"apikey": platform.keys.publishable}
    url = f"{platform.url}/auth/v1"

    assert httpx.get(f"{url}/settings", headers=headers).json()["external"]["email"]
    assert httpx.get(f"{url}/health", headers=headers).json()["name"] == "GoTrue"
