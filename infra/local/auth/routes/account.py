"""What a signed-in user does with the own account."""

from aiohttp import web

from infra.local.auth.accounts import (
    change,
    check_address,
    check_password,
    hashed,
    matches,
    merged,
    profile,
    refuse_taken,
)
from infra.local.auth.problems import Refusal, answer, read_json
from infra.local.auth.sessions import Scope, sign_out

from .callers import Caller, calling

SCOPES: dict[str, Scope] = {
    "global": "global",
    "local": "local",
    "others": "others",
}
routes = web.RouteTableDef()


@routes.get("/user")
async def get_user(request: web.Request) -> web.Response:
    """Return the caller."""
    async with calling(request) as caller:
        return answer(await profile(caller.connection, caller.user["id"]))


@routes.put("/user")
async def put_user(request: web.Request) -> web.Response:
    """Change the caller's password, address or metadata."""
    body = await read_json(request)
    if body.get("app_metadata") is not None:
        text = "Updating app_metadata requires admin privileges"
        raise Refusal(403, "not_admin", text)
    async with calling(request) as caller:
        user_id = caller.user["id"]
        if body.get("password"):
            await _change_password(caller, body["password"])
        if body.get("email") and body["email"].lower() != caller.user["email"]:
            await _ask_for_address(caller, body["email"])
        if body.get("data") is not None:
            data = merged(caller.user["raw_user_meta_data"], body["data"])
            await change(caller.connection, user_id, raw_user_meta_data=data)
        return answer(await profile(caller.connection, user_id))


@routes.post("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the caller's sessions: `global`, `local` or `others`."""
    scope = request.query.get("scope", "global")
    if scope not in SCOPES:
        text = f'Unsupported logout scope "{scope}"'
        raise Refusal(400, "validation_failed", text)
    async with calling(request) as caller:
        user_id, session_id = caller.user["id"], caller.session_id
        await sign_out(caller.connection, user_id, session_id, SCOPES[scope])
    return web.Response(status=204)


async def _change_password(caller: Caller, password: str) -> None:
    """Set another password; it ends the other sessions."""
    check_password(password, caller.settings.min_password)
    if await matches(password, caller.user["encrypted_password"]):
        text = "New password should be different from the old password."
        raise Refusal(422, "same_password", text)
    user_id = caller.user["id"]
    digest = await hashed(password, caller.settings.bcrypt_cost)
    await change(caller.connection, user_id, encrypted_password=digest)
    await sign_out(caller.connection, user_id, caller.session_id, "others")


async def _ask_for_address(caller: Caller, email: str) -> None:
    """Note the wished address; it holds once confirmed, here by an administrator."""
    wished = check_address(email)
    await refuse_taken(caller.connection, wished)
    await change(caller.connection, caller.user["id"], email_change=wished)
