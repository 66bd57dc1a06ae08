"""Register a user who signs up, with a password or by email alone."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from infra.local.pool import Connection

from .passwords import hashed
from .rows import create, refuse_taken


async def register(
    connection: Connection, email: str, password: str, data: Mapping[str, object]
) -> UUID:
    """Insert a user and return the id.

    Args:
        connection: in a transaction.
        email: in lower case.
        password: empty for one that nobody knows.
        data: what the user tells of themselves.

    Raises:
        AuthError: the address is taken, or the database refused.
    """
    await refuse_taken(connection, email, "user_already_exists")
    user_id = uuid4()
    own = {"sub": str(user_id), "email": email}
    metadata = {**own, "email_verified": False, "phone_verified": False, **data}
    row = (user_id, email, await hashed(password))
    await create(connection, row, metadata, "Database error saving new user")
    return user_id
