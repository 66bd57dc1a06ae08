"""Routes of what is sent by email: password reset, sign-in link, and their tokens."""

from http import HTTPStatus

from aiohttp import web

from infra.local.auth.errors import AuthError, Body, json_response, read_json
from infra.local.auth.mail import MAGIC_LINK, RECOVERY, SIGN_UP, redeem, redirected
from infra.local.auth.service import SERVICE, Service
from infra.local.auth.sessions import open_session
from infra.local.auth.users import (
    Row,
    check_address,
    confirm,
    find,
    find_by_email,
    register,
)
from infra.local.pool import Connection

from .posting import Email

routes = web.RouteTableDef()
NO_PKCE = "PKCE is not offered here: choose the flow type `implicit`"


@routes.post("/recover")
async def recover(request: web.Request) -> web.Response:
    """Send a password reset; the response is the same when nobody has the address."""
    email = _address(await read_json(request))
    async with request.app[SERVICE].transaction() as connection:
        user = await find_by_email(connection, email)
        prepared = await Email.prepare(connection, user, RECOVERY) if user else None
    if prepared:
        prepared.send(request)
    return json_response({})


@routes.post("/otp")
async def send_sign_in_link(request: web.Request) -> web.Response:
    """Send a link and a code to sign in with; a new address signs up with it."""
    service, body = request.app[SERVICE], await read_json(request)
    email = _address(body)
    async with service.transaction() as connection:
        user = await find_by_email(connection, email)
        if user is None:
            user = await _signed_up(connection, service, email, body)
        autoconfirm = service.settings.autoconfirm
        confirmed = autoconfirm or user["email_confirmed_at"]
        kind = MAGIC_LINK if confirmed else SIGN_UP
        prepared = await Email.prepare(connection, user, kind)
    prepared.send(request)
    return json_response({})


@routes.post("/verify")
async def verify(request: web.Request) -> web.Response:
    """Exchange a one-time token for a session."""
    return json_response(await _redeemed(request, await read_json(request)))


@routes.get("/verify", allow_head=False)
async def follow_link(request: web.Request) -> web.Response:
    """Exchange the token of a link, and lead on to the frontend with the session."""
    query = request.query
    service, kind = request.app[SERVICE], query.get("type", "")
    target = service.redirects.target(query.get("redirect_to", ""))
    body = Body(type=kind, token_hash=query.get("token", ""))
    try:
        session = await _redeemed(request, body)
    except AuthError as error:
        about = {"error_code": error.code, "error_description": error.message}
        values: dict[str, object] = {"error": "access_denied", **about}
    else:
        del session["user"]
        values = {**session, "type": kind}
    headers = {"Location": redirected(target, values)}
    return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)


async def _redeemed(request: web.Request, body: Body) -> Row:
    """Return the session of a one-time token; its address counts as confirmed."""
    service = request.app[SERVICE]
    async with service.transaction() as connection:
        user = await redeem(connection, body, service.settings.otp_life)
        if not user["email_confirmed_at"]:
            await confirm(connection, user["id"])
        return await open_session(connection, service.tokens, user["id"], "otp")


async def _signed_up(
    connection: Connection, service: Service, email: str, body: Body
) -> Row:
    if not body.flag("create_user", default=True):
        raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
    if service.settings.signup_disabled:
        text = "Signups not allowed for this instance"
        raise AuthError(422, "signup_disabled", text)
    user_id = await register(connection, email, "", body.object("data"))
    if (user := await find(connection, user_id)) is None:
        raise LookupError(user_id)
    return user


def _address(body: Body) -> str:
    """Return the address of a request.

    Raises:
        AuthError: it is none, or the client expects an exchange that is not offered.
    """
    if body.text("code_challenge"):
        raise AuthError(400, "validation_failed", NO_PKCE)
    return check_address(body.text("email"))
