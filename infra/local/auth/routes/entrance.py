"""Signing up and signing in: the routes that need no token yet."""

from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import web

from infra.local.auth.accounts import (
    NewUser,
    change,
    check_address,
    check_password,
    confirm,
    create,
    find_by_email,
    hashed,
    is_banned,
    matches,
    profile,
    signup_data,
)
from infra.local.auth.desk import DESK
from infra.local.auth.problems import Refusal, answer, read_json
from infra.local.auth.sessions import (
    ReusedToken,
    open_session,
    refresh,
    revoke_family,
)

routes = web.RouteTableDef()


@routes.post("/signup")
async def sign_up(request: web.Request) -> web.Response:
    """Make a user; with autoconfirm also a session."""
    desk, body = request.app[DESK], await read_json(request)
    if desk.settings.signup_disabled:
        text = "Signups not allowed for this instance"
        raise Refusal(422, "signup_disabled", text)
    if not body.get("password"):
        text = "Signup requires a valid password"
        raise Refusal(400, "validation_failed", text)
    check_password(body["password"], desk.settings.min_password)
    email = check_address(body.get("email") or "")
    digest = await hashed(body["password"], desk.settings.bcrypt_cost)
    agent = request.headers.get("User-Agent")
    async with desk.transaction() as connection:
        if await find_by_email(connection, email):
            text = "User already registered"
            raise Refusal(422, "user_already_exists", text)
        user_id = uuid4()
        data = signup_data(user_id, email) | (body.get("data") or {})
        new = NewUser(user_id, email, digest, data)
        await create(connection, new, "Database error saving new user")
        if not desk.settings.autoconfirm:
            await change(connection, user_id, confirmation_sent_at=datetime.now(UTC))
            return answer(await profile(connection, user_id))
        await confirm(connection, user_id)
        return answer(await open_session(connection, desk.tokens, user_id, agent))


@routes.post("/token")
async def token(request: web.Request) -> web.Response:
    """Exchange a password or a refresh token for tokens."""
    grants = {"password": _by_password, "refresh_token": _by_refresh_token}
    grant = grants.get(request.query.get("grant_type", ""))
    if grant is None:
        raise Refusal(400, "invalid_credentials", "unsupported_grant_type")
    return await grant(request)


async def _by_password(request: web.Request) -> web.Response:
    desk, body = request.app[DESK], await read_json(request)
    async with desk.transaction() as connection:
        user = await find_by_email(connection, body.get("email") or "")
        password = body.get("password") or ""
        if not (user and await matches(password, user["encrypted_password"])):
            raise Refusal(400, "invalid_credentials", "Invalid login credentials")
        if is_banned(user):
            raise Refusal(400, "user_banned", "User is banned")
        if not user["email_confirmed_at"]:
            raise Refusal(400, "email_not_confirmed", "Email not confirmed")
        agent = request.headers.get("User-Agent")
        return answer(await open_session(connection, desk.tokens, user["id"], agent))


async def _by_refresh_token(request: web.Request) -> web.Response:
    desk, body = request.app[DESK], await read_json(request)
    interval = desk.settings.reuse_interval
    used = str(body.get("refresh_token") or "")
    try:
        async with desk.transaction() as connection:
            return answer(await refresh(connection, desk.tokens, used, interval))
    except ReusedToken as reuse:
        # In a transaction of its own, because the refusal rolled back the other one.
        async with desk.transaction() as connection:
            await revoke_family(connection, reuse.session_id)
        raise
