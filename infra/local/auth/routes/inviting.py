"""Route for administrators: invite somebody by email."""

from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import web

from infra.local.auth.errors import AuthError, json_response, read_json
from infra.local.auth.mail import INVITE
from infra.local.auth.users import (
    TAKEN,
    check_address,
    create,
    find_by_email,
    profile,
    update,
)

from .callers import administering
from .posting import Email

routes = web.RouteTableDef()


@routes.post("/invite")
async def invite(request: web.Request) -> web.Response:
    """Send an invitation to a new user, or once more to one who has not accepted."""
    body = await read_json(request)
    email = check_address(body.text("email"))
    async with administering(request) as connection:
        user = await find_by_email(connection, email)
        if user and user["email_confirmed_at"]:
            raise AuthError(422, "email_exists", TAKEN["email_exists"])
        user_id = user["id"] if user else uuid4()
        if user is None:
            row, failure = (user_id, email, ""), "Database error saving new user"
            await create(connection, row, body.object("data"), failure)
        await update(connection, user_id, invited_at=datetime.now(UTC))
        addressee = {"id": user_id, "email": email}
        prepared = await Email.prepare(connection, addressee, INVITE)
        invited = await profile(connection, user_id)
    prepared.send(request)
    return json_response(invited)
