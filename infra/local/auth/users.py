"""Rows of `auth.users` and the JSON that clients know as a user."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from .problems import Refusal

Row = dict[str, Any]
Connection = AsyncConnection[Row]
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


async def create(
    connection: Connection,
    user_id: UUID,
    email: str,
    digest: str,
    data: Mapping[str, object],
) -> None:
    """Insert a user with an e-mail identity.

    Role and confirmation follow as updates in the same transaction, as the real
    service writes them: a trigger on the insert does not see them.
    """
    app = Jsonb({"provider": "email", "providers": ["email"]})
    row = (NO_INSTANCE, user_id, email, digest, app, Jsonb(data))
    await connection.execute(INSERT_USER, row)
    identity = {**data, **signup_data(user_id, email)}
    values = (str(user_id), user_id, Jsonb(identity))
    await connection.execute(INSERT_IDENTITY, values)
    await change(connection, user_id, role="authenticated")


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


async def confirm(connection: Connection, user_id: UUID) -> None:
    """Count the address as the user's own."""
    await connection.execute(
        """
        update auth.users set
            confirmation_token = '', email_confirmed_at = now(), updated_at = now(),
            raw_user_meta_data = coalesce(raw_user_meta_data, '{}')
                || '{"email_verified": true}'
        where id = %s
        """,
        [user_id],
    )


def merged(before: Row | None, after: Mapping[str, object]) -> Jsonb:
    """Merge metadata; a null takes the key away."""
    both = {**(before or {}), **after}
    return Jsonb({key: value for key, value in both.items() if value is not None})


async def refuse_taken(connection: Connection, email: str) -> None:
    """Refuse an address that somebody has.

    Raises:
        Refusal: `email_exists`.
    """
    if await find_by_email(connection, email):
        text = "A user with this email address has already been registered"
        raise Refusal(422, "email_exists", text)
