"""The routes of Auth that need the service role: list, make, change, delete users."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
from aiohttp import web
from psycopg.types.json import Jsonb

from .desk import DESK
from .passwords import banned_until, check_address, check_password, hashed
from .problems import Refusal, answer, read_json
from .profile import profile
from .sessions import sign_out
from .users import (
    Connection,
    change,
    confirm,
    count,
    create,
    find,
    merged,
    refuse_taken,
)

routes = web.RouteTableDef()


@routes.get("/admin/users")
async def list_users(request: web.Request) -> web.Response:
    """Return one page of users, the newest first."""
    desk = request.app[DESK]
    desk.require_admin(request)
    page, size = _page(request)
    async with desk.transaction() as connection:
        cursor = await connection.execute(
            "select id from auth.users order by created_at desc, id limit %s offset %s",
            [size, (page - 1) * size],
        )
        rows = await cursor.fetchall()
        total = await count(connection)
        users = [await profile(connection, row["id"]) for row in rows]
    headers = {"X-Total-Count": str(total), "Link": _link(page, size, total)}
    return answer({"users": users, "aud": "authenticated"}, headers=headers)


@routes.post("/admin/users")
async def create_user(request: web.Request) -> web.Response:
    """Make a user; nobody is asked to confirm the address."""
    desk = request.app[DESK]
    desk.require_admin(request)
    body = await read_json(request)
    email = check_address(body.get("email") or "")
    digest = body.get("password_hash") or await hashed(
        body.get("password"), desk.settings.bcrypt_cost
    )
    user_id = _user_id(body["id"]) if body.get("id") else uuid4()
    async with desk.transaction() as connection:
        await refuse_taken(connection, email)
        try:
            data = body.get("user_metadata") or {}
            await create(connection, user_id, email, digest, data)
        except psycopg.Error as error:
            text = "Database error creating new user"
            raise Refusal(500, "unexpected_failure", text) from error
        await _apply(connection, user_id, body)
        return answer(await profile(connection, user_id))


@routes.get("/admin/users/{id}")
async def get_user(request: web.Request) -> web.Response:
    """Return a user."""
    desk = request.app[DESK]
    desk.require_admin(request)
    async with desk.transaction() as connection:
        user_id = await _known(request, connection)
        return answer(await profile(connection, user_id))


@routes.put("/admin/users/{id}")
async def put_user(request: web.Request) -> web.Response:
    """Change a user; a new password ends all sessions."""
    desk = request.app[DESK]
    desk.require_admin(request)
    body = await read_json(request)
    async with desk.transaction() as connection:
        user_id = await _known(request, connection)
        if body.get("email"):
            await _change_address(connection, user_id, check_address(body["email"]))
        if body.get("password"):
            check_password(body["password"], desk.settings.min_password)
            digest = await hashed(body["password"], desk.settings.bcrypt_cost)
            await change(connection, user_id, encrypted_password=digest)
            await sign_out(connection, user_id, "", "global")
        if body.get("user_metadata") is not None:
            await _merge(connection, user_id, "raw_user_meta_data", body)
        await _apply(connection, user_id, body)
        return answer(await profile(connection, user_id))


@routes.delete("/admin/users/{id}")
async def delete_user(request: web.Request) -> web.Response:
    """Delete a user, or keep an emptied row with `should_soft_delete`."""
    desk = request.app[DESK]
    desk.require_admin(request)
    body = await read_json(request) if request.can_read_body else {}
    async with desk.transaction() as connection:
        user_id = await _known(request, connection)
        if body.get("should_soft_delete"):
            await _empty(connection, user_id)
        else:
            query = "delete from auth.users where id = %s"
            await connection.execute(query, [user_id])
    return answer({})


async def _apply(connection: Connection, user_id: UUID, body: dict[str, Any]) -> None:
    """Write what making and changing a user have in common."""
    if body.get("role"):
        await change(connection, user_id, role=body["role"])
    if body.get("app_metadata") is not None:
        await _merge(connection, user_id, "raw_app_meta_data", body)
    if body.get("email_confirm"):
        await confirm(connection, user_id)
    if body.get("ban_duration"):
        until = banned_until(body["ban_duration"])
        await change(connection, user_id, banned_until=until)


async def _merge(
    connection: Connection, user_id: UUID, column: str, body: dict[str, Any]
) -> None:
    user = await find(connection, user_id) or {}
    field = "user_metadata" if "user" in column else "app_metadata"
    await change(connection, user_id, **{column: merged(user[column], body[field])})


async def _change_address(connection: Connection, user_id: UUID, email: str) -> None:
    user = await find(connection, user_id) or {}
    if email != user["email"]:
        await refuse_taken(connection, email)
    await change(connection, user_id, email=email, email_change="")
    await connection.execute(
        "update auth.identities set identity_data = identity_data || %s"
        " where user_id = %s and provider = 'email'",
        [Jsonb({"email": email}), user_id],
    )


async def _empty(connection: Connection, user_id: UUID) -> None:
    await sign_out(connection, user_id, "", "global")
    await connection.execute(
        "update auth.users set deleted_at = now(), encrypted_password = '',"
        " email = encode(sha256(convert_to(id::text, 'UTF8')), 'hex'),"
        " raw_user_meta_data = '{}', raw_app_meta_data = '{}' where id = %s",
        [user_id],
    )


async def _known(request: web.Request, connection: Connection) -> UUID:
    user_id = _user_id(request.match_info["id"])
    if await find(connection, user_id) is None:
        raise Refusal(404, "user_not_found", "User not found")
    return user_id


def _user_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        message = "user_id must be an UUID"
        raise Refusal(404, "validation_failed", message) from error


def _page(request: web.Request) -> tuple[int, int]:
    try:
        page = int(request.query.get("page") or 1)
        size = int(request.query.get("per_page") or 50)
    except ValueError as error:
        text = f"Bad Pagination Parameters: {error}"
        raise Refusal(400, "validation_failed", text) from error
    return max(page, 1), size


def _link(page: int, size: int, total: int) -> str:
    last = max(-(-total // size), 1)
    url = "</admin/users?page={}&per_page={}>; rel={}"
    links = [url.format(page + 1, size, '"next"')] if page < last else []
    return ", ".join([*links, url.format(last, size, '"last"')])
