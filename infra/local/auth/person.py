"""The routes of Auth that a person's client calls."""

from uuid import uuid4

import psycopg
from aiohttp import web

from .desk import DESK
from .passwords import check_address, check_password, hashed, matches
from .problems import Refusal, answer, read_json
from .profile import profile
from .sessions import (
    ReusedToken,
    Scope,
    is_banned,
    open_session,
    refresh,
    revoke_family,
    sign_out,
)
from .users import (
    Connection,
    Row,
    change,
    confirm,
    create,
    find_by_email,
    merged,
    refuse_taken,
    signup_data,
)

SCOPES: dict[str, Scope] = {
    "global": "global",
    "local": "local",
    "others": "others",
}
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
        try:
            await create(connection, user_id, email, digest, data)
        except psycopg.Error as error:
            text = "Database error saving new user"
            raise Refusal(500, "unexpected_failure", text) from error
        if not desk.settings.autoconfirm:
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


@routes.get("/user")
async def get_user(request: web.Request) -> web.Response:
    """Return the caller."""
    desk = request.app[DESK]
    async with desk.transaction() as connection:
        user, _ = await desk.caller(request, connection)
        return answer(await profile(connection, user["id"]))


@routes.put("/user")
async def put_user(request: web.Request) -> web.Response:
    """Change the caller's password, address or metadata."""
    desk, body = request.app[DESK], await read_json(request)
    if body.get("app_metadata") is not None:
        text = "Updating app_metadata requires admin privileges"
        raise Refusal(403, "not_admin", text)
    async with desk.transaction() as connection:
        user, session_id = await desk.caller(request, connection)
        if body.get("password"):
            await _change_password(request, connection, user, body["password"])
            await sign_out(connection, user["id"], session_id, "others")
        if body.get("email") and body["email"].lower() != user["email"]:
            await _ask_for_address(connection, user, body["email"])
        if body.get("data") is not None:
            data = merged(user["raw_user_meta_data"], body["data"])
            await change(connection, user["id"], raw_user_meta_data=data)
        return answer(await profile(connection, user["id"]))


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the caller's sessions: `global`, `local` or `others`."""
    desk, scope = request.app[DESK], request.query.get("scope", "global")
    if scope not in SCOPES:
        text = f'Unsupported logout scope "{scope}"'
        raise Refusal(400, "validation_failed", text)
    async with desk.transaction() as connection:
        user, session_id = await desk.caller(request, connection)
        await sign_out(connection, user["id"], session_id, SCOPES[scope])
    return web.Response(status=204)


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


async def _change_password(
    request: web.Request, connection: Connection, user: Row, password: str
) -> None:
    settings = request.app[DESK].settings
    check_password(password, settings.min_password)
    if await matches(password, user["encrypted_password"]):
        text = "New password should be different from the old password."
        raise Refusal(422, "same_password", text)
    digest = await hashed(password, settings.bcrypt_cost)
    await change(connection, user["id"], encrypted_password=digest)


async def _ask_for_address(connection: Connection, user: Row, email: str) -> None:
    """Note the wished address; it holds once confirmed, here by an administrator."""
    wished = check_address(email)
    await refuse_taken(connection, wished)
    await change(connection, user["id"], email_change=wished)
