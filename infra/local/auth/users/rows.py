"""Read and write `auth.users`, and show a row as clients read it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from infra.local.auth.errors import AuthError
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
IDENTITIES = "select * from auth.identities where user_id = %s order by created_at"
TAKEN = {
    "email_exists": "A user with this email address has already been registered",
    "user_already_exists": "User already registered",
}
# Left out of the profile when empty.
TIMES = (
    "invited_at", "email_confirmed_at", "confirmation_sent_at", "confirmed_at",
    "banned_until", "deleted_at",
)  # fmt: skip


async def one(connection: Connection, query: str, *values: object) -> Row | None:
    """Return the first row of a query."""
    return await (await connection.execute(query, values)).fetchone()


async def find(connection: Connection, user_id: UUID) -> Row | None:
    """Return a user's row."""
    return await one(connection, "select * from auth.users where id = %s", user_id)


async def find_by_email(connection: Connection, email: str) -> Row | None:
    """Return the row of an address, however it is written."""
    query = "select * from auth.users where lower(email) = lower(%s)"
    return await one(connection, query, email)


async def refuse_taken(connection: Connection, email: str, code: str) -> None:
    """Refuse an address that a user already has.

    Raises:
        AuthError: with the given code.
    """
    if await find_by_email(connection, email):
        raise AuthError(422, code, TAKEN[code])


async def create(
    connection: Connection,
    row: tuple[UUID, str, str],
    metadata: Mapping[str, object],
    failure: str,
) -> None:
    """Insert a user with an email identity.

    The role follows as an update in the same transaction, as the real service writes
    it: a trigger on the insert does not see it.

    Args:
        connection: in a transaction.
        row: id, email in lower case, and hash of the password.
        metadata: that the user can change.
        failure: message of the error.

    Raises:
        AuthError: the database refused, for instance by a trigger.
    """
    user_id, email, digest = row
    verified = {"email_verified": False, "phone_verified": False}
    identity = {**metadata, "sub": str(user_id), "email": email, **verified}
    app = Jsonb({"provider": "email", "providers": ["email"]})
    user = (NO_INSTANCE, user_id, email, digest, app, Jsonb(metadata))
    try:
        await connection.execute(INSERT_USER, user)
        await connection.execute(
            INSERT_IDENTITY, (str(user_id), user_id, Jsonb(identity))
        )
        await update(connection, user_id, role="authenticated")
    except psycopg.Error as error:
        raise AuthError(500, "unexpected_failure", failure) from error


async def update(connection: Connection, user_id: UUID, **columns: object) -> None:
    """Set columns of a user; mappings are merged into what is there, as JSON.

    A null takes a key of the JSON away.
    """
    before = await find(connection, user_id) or {}
    for name, value in columns.items():
        if isinstance(value, Mapping):
            both = {**(before[name] or {}), **value}
            columns[name] = Jsonb({k: v for k, v in both.items() if v is not None})
    sets = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in columns
    )
    query = sql.SQL(
        "update auth.users set {}, updated_at = now() where id = %(user_id)s"
    )
    await connection.execute(query.format(sets), {**columns, "user_id": user_id})


async def confirm(connection: Connection, user_id: UUID) -> None:
    """Mark the email address of a user as confirmed."""
    verified = {"email_verified": True}
    now = datetime.now(UTC)
    await update(
        connection, user_id, email_confirmed_at=now, raw_user_meta_data=verified
    )


async def profile(connection: Connection, user_id: UUID) -> Row:
    """Return a user as clients read it.

    Raises:
        LookupError: no such user.
    """
    if (row := await find(connection, user_id)) is None:
        raise LookupError(user_id)
    identities = await (await connection.execute(IDENTITIES, [user_id])).fetchall()
    return {
        "id": row["id"],
        "aud": row["aud"],
        "role": row["role"],
        "email": row["email"],
        "phone": row["phone"] or "",
        **{name: row[name] for name in (*TIMES, "last_sign_in_at") if row[name]},
        "app_metadata": row["raw_app_meta_data"],
        "user_metadata": row["raw_user_meta_data"],
        "identities": [
            {**each, "identity_id": each["id"], "id": each["provider_id"]}
            for each in identities
        ],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "is_anonymous": row["is_anonymous"],
    }
