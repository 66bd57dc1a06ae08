"""Routes for administrators: create, list, ban and delete users."""

from uuid import UUID, uuid4

from aiohttp import web

from infra.local.auth.errors import AuthError, Body, json_response, read_json
from infra.local.auth.sessions import sign_out
from infra.local.auth.users import (
    ban,
    check_address,
    confirm,
    create,
    delete,
    hashed,
    profile,
    refuse_taken,
    require,
    soft_delete,
    update,
)

from .callers import administering

LIST = "select id from auth.users order by created_at desc, id limit %s offset %s"
MAX_DIGITS = 9  # of a number in a query
routes = web.RouteTableDef()


@routes.get("/admin/users")
async def list_users(request: web.Request) -> web.Response:
    """Return one page of users, the newest first."""
    page, size = _number(request, "page", 1), _number(request, "per_page", 50)
    async with administering(request) as connection:
        cursor = await connection.execute(LIST, [size, (page - 1) * size])
        rows = await cursor.fetchall()
        users = [await profile(connection, row["id"]) for row in rows]
    return json_response({"users": users, "aud": "authenticated"})


@routes.post("/admin/users")
async def create_user(request: web.Request) -> web.Response:
    """Create a user; no email asks to confirm the address."""
    body = await read_json(request)
    email, user_id = check_address(body.text("email")), _given_id(body)
    async with administering(request) as connection:
        await refuse_taken(connection, email, "email_exists")
        row = (user_id, email, await hashed(body.text("password")))
        metadata = body.object("user_metadata")
        await create(connection, row, metadata, "Database error creating new user")
        if app_metadata := body.object("app_metadata"):
            await update(connection, user_id, raw_app_meta_data=app_metadata)
        if body.flag("email_confirm"):
            await confirm(connection, user_id)
        return json_response(await profile(connection, user_id))


@routes.put("/admin/users/{id}")
async def ban_user(request: web.Request) -> web.Response:
    """Ban a user for a time, or end the ban; nothing else is changed here."""
    body, user_id = await read_json(request), _user_id(request)
    if body.keys() != {"ban_duration"}:
        text = "Only ban_duration can be changed here"
        raise AuthError(422, "validation_failed", text)
    async with administering(request) as connection:
        await require(connection, user_id)
        await ban(connection, user_id, body.text("ban_duration"))
        return json_response(await profile(connection, user_id))


@routes.delete("/admin/users/{id}")
async def delete_user(request: web.Request) -> web.Response:
    """Delete a user, or mark them as deleted and end their sessions."""
    body, user_id = await read_json(request), _user_id(request)
    async with administering(request) as connection:
        await require(connection, user_id)
        if body.flag("should_soft_delete"):
            await soft_delete(connection, user_id)
            await sign_out(connection, user_id, "", "global")
        else:
            await delete(connection, user_id)
    return json_response({})


def _given_id(body: Body) -> UUID:
    """Return the id that a new user is to have."""
    if not (text := body.text("id")):
        return uuid4()
    try:
        return UUID(text)
    except ValueError as error:
        raise AuthError(400, "validation_failed", "ID must conform to uuid") from error


def _user_id(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["id"])
    except ValueError as error:
        text = "user_id must be an UUID"
        raise AuthError(404, "validation_failed", text) from error


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if text and not (text.isdecimal() and len(text) <= MAX_DIGITS):
        message = f"Bad Pagination Parameters: {name}"
        raise AuthError(400, "validation_failed", message)
    return max(int(text or default), 1)
