"""Changes of a user that take more than setting a column."""

from collections.abc import Mapping
from uuid import UUID

from psycopg.types.json import Jsonb

from infra.local.pool import Connection

from .users import Row, change, find, refuse_taken


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


async def merge_metadata(
    connection: Connection, user_id: UUID, column: str, data: Mapping[str, object]
) -> None:
    """Merge into `raw_app_meta_data` or `raw_user_meta_data`."""
    user = await find(connection, user_id) or {}
    await change(connection, user_id, **{column: merged(user[column], data)})


async def change_address(connection: Connection, user_id: UUID, email: str) -> None:
    """Give a user another address at once.

    Raises:
        Refusal: somebody has it.
    """
    user = await find(connection, user_id) or {}
    if email != user["email"]:
        await refuse_taken(connection, email)
    await change(connection, user_id, email=email, email_change="")
    await connection.execute(
        "update auth.identities set identity_data = identity_data || %s"
        " where user_id = %s and provider = 'email'",
        [Jsonb({"email": email}), user_id],
    )


async def empty(connection: Connection, user_id: UUID) -> None:
    """Keep the row of a user, but nothing about the person."""
    await connection.execute(
        "update auth.users set deleted_at = now(), encrypted_password = '',"
        " email = encode(sha256(convert_to(id::text, 'UTF8')), 'hex'),"
        " raw_user_meta_data = '{}', raw_app_meta_data = '{}' where id = %s",
        [user_id],
    )
