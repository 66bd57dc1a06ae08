"""Rows of `auth.users` and the JSON that clients know as a user."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from infra.local.auth.problems import Refusal
from infra.local.pool import Connection

Row = dict[str, Any]
NO_INSTANCE = UUID(int=0)
INSERT_USER = """
insert into auth.users (
    instance_id, id, aud, role, email, encrypted_password, raw_app_meta_data,
    raw_user_meta_data, created_at, updated_at, confirmation_token, recovery_token,
    email_change_token_new, email_change
) values (%s, %s, 'authenticated', '', %s, %s, %s, %s, now(), now(), '', '', '', '')
"""
INSERT_IDENTITY = """
insert into auth.identities (
    provider_id, user_id, identity_data, provider,
    last_sign_in_at, created_at, updated_at
) values (%s, %s, %s, 'email', now(), now(), now())
"""


async def one(connection: Connection, query: str, *values: object) -> Row | None:
    """Return the first row of a query."""
    return await (await connection.execute(query, values)).fetchone()


async def find(connection: Connection, user_id: UUID | str) -> Row | None:
    """Return a user's row."""
    return await one(connection, "select * from auth.users where id = %s", user_id)


async def find_by_email(connection: Connection, email: str) -> Row | None:
    """Return the row of an address, however it is written."""
    query = "select * from auth.users where lower(email) = lower(%s)"
    return await one(connection, query, email)


def signup_data(user_id: UUID, email: str) -> dict[str, object]:
    """Return what an e-mail identity, and the metadata at sign-up, begin with."""
    verified = {"email_verified": False, "phone_verified": False}
    return {"sub": str(user_id), "email": email, **verified}


async def count(connection: Connection) -> int:
    """Return how many users there are."""
    row = await one(connection, "select count(*) as total from auth.users")
    return row["total"] if row else 0


@dataclass(frozen=True)
class NewUser:
    """What a user begins with.

    Attributes:
        id: chosen before the row exists, because the metadata repeats it.
        email: in lower case.
        digest: of the password.
        data: metadata that the user can change.
    """

    id: UUID
    email: str
    digest: str = field(repr=False)
    data: Mapping[str, object]


async def create(connection: Connection, new: NewUser, failure: str) -> None:
    """Insert a user with an e-mail identity.

    Role and confirmation follow as updates in the same transaction, as the real
    service writes them: a trigger on the insert does not see them.

    Raises:
        Refusal: the database refused, for instance by a trigger; `failure` is said.
    """
    app = Jsonb({"provider": "email", "providers": ["email"]})
    row = (NO_INSTANCE, new.id, new.email, new.digest, app, Jsonb(new.data))
    identity = Jsonb({**new.data, **signup_data(new.id, new.email)})
    try:
        await connection.execute(INSERT_USER, row)
        await connection.execute(INSERT_IDENTITY, (str(new.id), new.id, identity))
        await change(connection, new.id, role="authenticated")
    except psycopg.Error as error:
        raise Refusal(500, "unexpected_failure", failure) from error


async def change(connection: Connection, user_id: UUID, **columns: object) -> None:
    """Set columns of a user."""
    if not columns:
        return
    sets = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in columns
    )
    query = sql.SQL(
        "update auth.users set {}, updated_at = now() where id = %(user_id)s"
    )
    values = {**columns, "user_id": user_id}
    await connection.execute(query.format(sets), values)


async def refuse_taken(connection: Connection, email: str) -> None:
    """Refuse an address that somebody has.

    Raises:
        Refusal: `email_exists`.
    """
    if await find_by_email(connection, email):
        text = "A user with this email address has already been registered"
        raise Refusal(422, "email_exists", text)


def is_banned(user: Row) -> bool:
    """Whether a ban holds now."""
    until = user["banned_until"]
    return bool(until and until > datetime.now(UTC))
