"""The JSON that clients know as a user."""

from typing import Any
from uuid import UUID

from infra.local.pool import Connection

from .users import Row, find

# In the order the real service writes them; left out when empty.
BEFORE_PHONE = ("email_confirmed_at", "invited_at")
AFTER_PHONE = (
    "phone_confirmed_at",
    "confirmation_sent_at",
    "confirmed_at",
    "recovery_sent_at",
)
AT_THE_END = ("banned_until", "deleted_at")
IDENTITIES = "select * from auth.identities where user_id = %s order by created_at"


async def profile(connection: Connection, user_id: UUID | str) -> Row:
    """Return a user as the clients see one.

    Raises:
        LookupError: no such user.
    """
    if (row := await find(connection, user_id)) is None:
        raise LookupError(user_id)
    cursor = await connection.execute(IDENTITIES, [row["id"]])
    identities = [_identity(identity) for identity in await cursor.fetchall()]
    return {
        "id": row["id"],
        "aud": row["aud"],
        "role": row["role"],
        "email": row["email"] or "",
        **_given(row, *BEFORE_PHONE),
        "phone": row["phone"] or "",
        **_given(row, *AFTER_PHONE),
        **({"new_email": row["email_change"]} if row["email_change"] else {}),
        **_given(row, "email_change_sent_at", "last_sign_in_at"),
        "app_metadata": row["raw_app_meta_data"] or {},
        "user_metadata": row["raw_user_meta_data"] or {},
        "identities": identities,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        **_given(row, *AT_THE_END),
        "is_anonymous": row["is_anonymous"],
    }


def _given(row: Row, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if row[name]}


def _identity(row: Row) -> Row:
    return {
        "identity_id": row["id"],
        "id": row["provider_id"],
        "user_id": row["user_id"],
        "identity_data": row["identity_data"],
        "provider": row["provider"],
        **_given(row, "last_sign_in_at", "created_at", "updated_at", "email"),
    }
