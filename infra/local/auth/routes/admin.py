"""Administration: list, make, change and delete users."""

from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from infra.local.auth.accounts import (
    NewUser,
    banned_until,
    change,
    change_address,
    check_address,
    check_password,
    confirm,
    count,
    create,
    empty,
    find,
    hashed,
    merge_metadata,
    profile,
    refuse_taken,
)
from infra.local.auth.problems import Refusal, answer, read_json
from infra.local.auth.sessions import sign_out

from .callers import Connection, Settings, administering, settings_of

routes = web.RouteTableDef()


@routes.get("/admin/users")
async def list_users(request: web.Request) -> web.Response:
    """Return one page of users, the newest first."""
    page, size = _page(request)
    async with administering(request) as connection:
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
    body = await read_json(request)
    email = check_address(body.get("email") or "")
    user_id = _user_id(body["id"]) if body.get("id") else uuid4()
    async with administering(request) as connection:
        await refuse_taken(connection, email)
        cost = settings_of(request).bcrypt_cost
        digest = body.get("password_hash") or await hashed(body.get("password"), cost)
        new = NewUser(user_id, email, digest, body.get("user_metadata") or {})
        await create(connection, new, "Database error creating new user")
        await _apply(connection, user_id, body)
        return answer(await profile(connection, user_id))


@routes.get("/admin/users/{id}")
async def get_user(request: web.Request) -> web.Response:
    """Return a user."""
    async with administering(request) as connection:
        user_id = await _known(request, connection)
        return answer(await profile(connection, user_id))


@routes.put("/admin/users/{id}")
async def put_user(request: web.Request) -> web.Response:
    """Change a user; a new password ends all sessions."""
    body = await read_json(request)
    async with administering(request) as connection:
        user_id = await _known(request, connection)
        if body.get("email"):
            await change_address(connection, user_id, check_address(body["email"]))
        if body.get("password"):
            await _set_password(connection, user_id, body, settings_of(request))
        if body.get("user_metadata") is not None:
            data = body["user_metadata"]
            await merge_metadata(connection, user_id, "raw_user_meta_data", data)
        await _apply(connection, user_id, body)
        return answer(await profile(connection, user_id))


@routes.delete("/admin/users/{id}")
async def delete_user(request: web.Request) -> web.Response:
    """Delete a user, or keep an emptied row with `should_soft_delete`."""
    body = await read_json(request) if request.can_read_body else {}
    async with administering(request) as connection:
        user_id = await _known(request, connection)
        if body.get("should_soft_delete"):
            await sign_out(connection, user_id, "", "global")
            await empty(connection, user_id)
        else:
            query = "delete from auth.users where id = %s"
            await connection.execute(query, [user_id])
    return answer({})


async def _apply(connection: Connection, user_id: UUID, body: dict[str, Any]) -> None:
    """Write what making and changing a user have in common."""
    if body.get("role"):
        await change(connection, user_id, role=body["role"])
    if body.get("app_metadata") is not None:
        data = body["app_metadata"]
        await merge_metadata(connection, user_id, "raw_app_meta_data", data)
    if body.get("email_confirm"):
        await confirm(connection, user_id)
    if body.get("ban_duration"):
        until = banned_until(body["ban_duration"])
        await change(connection, user_id, banned_until=until)


async def _set_password(
    connection: Connection, user_id: UUID, body: dict[str, Any], settings: Settings
) -> None:
    check_password(body["password"], settings.min_password)
    digest = await hashed(body["password"], settings.bcrypt_cost)
    await change(connection, user_id, encrypted_password=digest)
    await sign_out(connection, user_id, "", "global")


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
