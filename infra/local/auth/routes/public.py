"""Routes without a token: sign-up, sign-in, keys, settings and health."""

from aiohttp import web

from infra.local.auth.errors import AuthError, json_response, read_json
from infra.local.auth.mail import SIGN_UP
from infra.local.auth.service import SERVICE
from infra.local.auth.sessions import (
    ReusedToken,
    open_session,
    refresh,
    revoke_family,
)
from infra.local.auth.users import (
    check_address,
    check_password,
    confirm,
    find_by_email,
    matches,
    profile,
    refuse_banned,
    register,
)

from .posting import Email

routes = web.RouteTableDef()


@routes.post("/signup")
async def sign_up(request: web.Request) -> web.Response:
    """Create a user; with autoconfirm also a session."""
    service, body = request.app[SERVICE], await read_json(request)
    if service.settings.signup_disabled:
        text = "Signups not allowed for this instance"
        raise AuthError(422, "signup_disabled", text)
    password, data = body.text("password"), body.object("data")
    check_password(password, service.settings.min_password)
    email = check_address(body.text("email"))
    async with service.transaction() as connection:
        user_id = await register(connection, email, password, data)
        if service.settings.autoconfirm:
            await confirm(connection, user_id)
            session = await open_session(connection, service.tokens, user_id)
            return json_response(session)
        user = {"id": user_id, "email": email}
        confirmation = await Email.prepare(connection, user, SIGN_UP)
        unconfirmed = await profile(connection, user_id)
    confirmation.send(request)
    return json_response(unconfirmed)


@routes.post("/token")
async def token(request: web.Request) -> web.Response:
    """Exchange a password or a refresh token for tokens."""
    grants = {"password": _by_password, "refresh_token": _by_refresh_token}
    grant = grants.get(request.query.get("grant_type", ""))
    if grant is None:
        raise AuthError(400, "invalid_credentials", "unsupported_grant_type")
    return await grant(request)


async def _by_password(request: web.Request) -> web.Response:
    service, body = request.app[SERVICE], await read_json(request)
    async with service.transaction() as connection:
        user = await find_by_email(connection, body.text("email"))
        password = body.text("password")
        if not (user and await matches(password, user["encrypted_password"])):
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        refuse_banned(user)
        if not user["email_confirmed_at"]:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        session = await open_session(connection, service.tokens, user["id"])
        return json_response(session)


async def _by_refresh_token(request: web.Request) -> web.Response:
    service, body = request.app[SERVICE], await read_json(request)
    interval = service.settings.reuse_interval
    used = body.text("refresh_token")
    try:
        async with service.transaction() as connection:
            session = await refresh(connection, service.tokens, used, interval)
            return json_response(session)
    except ReusedToken as reuse:
        # In a transaction of its own, because the error rolled back the other one.
        async with service.transaction() as connection:
            await revoke_family(connection, reuse.session_id)
        raise


@routes.get("/health")
async def health(_: web.Request) -> web.Response:
    """Return name and version."""
    about = "GoTrue is a user registration and authentication API"
    body = {"version": "v2.196.0", "name": "GoTrue", "description": about}
    return json_response(body)


@routes.get("/.well-known/jwks.json")
async def jwks(request: web.Request) -> web.Response:
    """Return the public keys that verify access tokens."""
    return json_response({"keys": request.app[SERVICE].tokens.public_keys()})


@routes.get("/settings")
async def settings(request: web.Request) -> web.Response:
    """Return what a client may offer: email with a password."""
    current = request.app[SERVICE].settings
    return json_response(
        {
            "external": {"email": True, "phone": False, "anonymous_users": False},
            "disable_signup": current.signup_disabled,
            "mailer_autoconfirm": current.autoconfirm,
        }
    )
