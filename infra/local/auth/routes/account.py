"""Routes for a signed-in user's own account."""

from aiohttp import web

from infra.local.auth.errors import AuthError, json_response, read_json
from infra.local.auth.service import SERVICE
from infra.local.auth.sessions import SIGN_OUT, sign_out
from infra.local.auth.users import check_password, hashed, matches, profile, update

from .callers import Caller, calling

routes = web.RouteTableDef()


@routes.get("/user")
async def get_user(request: web.Request) -> web.Response:
    """Return the caller."""
    async with calling(request) as caller:
        return json_response(await profile(caller.connection, caller.user["id"]))


@routes.put("/user")
async def put_user(request: web.Request) -> web.Response:
    """Change the caller's password or metadata."""
    body = await read_json(request)
    if body.keys() & {"email", "phone", "app_metadata"}:
        text = "Only password and data can be changed here"
        raise AuthError(422, "validation_failed", text)
    async with calling(request) as caller:
        user_id = caller.user["id"]
        if password := body.text("password"):
            minimum = request.app[SERVICE].settings.min_password
            await _change_password(caller, password, minimum)
        if data := body.object("data"):
            await update(caller.connection, user_id, raw_user_meta_data=data)
        return json_response(await profile(caller.connection, user_id))


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the caller's sessions: `global`, `local` or `others`."""
    scope = request.query.get("scope", "global")
    if scope not in SIGN_OUT:
        text = f'Unsupported logout scope "{scope}"'
        raise AuthError(400, "validation_failed", text)
    async with calling(request) as caller:
        await sign_out(caller.connection, caller.user["id"], caller.session_id, scope)
    return web.Response(status=204)


async def _change_password(caller: Caller, password: str, minimum: int) -> None:
    """Set another password and end the other sessions."""
    check_password(password, minimum)
    if await matches(password, caller.user["encrypted_password"]):
        text = "New password should be different from the old password."
        raise AuthError(422, "same_password", text)
    user_id, digest = caller.user["id"], await hashed(password)
    await update(caller.connection, user_id, encrypted_password=digest)
    await sign_out(caller.connection, user_id, caller.session_id, "others")
