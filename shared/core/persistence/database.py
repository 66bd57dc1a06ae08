"""One PostgREST client a request, over the HTTP client of the environment."""

from collections.abc import Mapping
from typing import Any, Protocol

import httpx
from postgrest import APIError, SyncPostgrestClient
from typing_extensions import override

from shared.core.errors import Unavailable

from .failures import failure
from .transport import connections

SCHEMA = "api"  # all that PostgREST serves


class Database(Protocol):
    """All that repositories need: a function is a round trip and a transaction."""

    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Call a function of the schema `api` as the caller; return its JSON result.

        Args:
            function: its name.
            arguments: by name; JSON values. None leaves the function's own default.

        Raises:
            AppError: of the kind that the database named, see `failures`.
        """
        ...


class PostgrestDatabase(Database):
    """`Database` over the PostgREST client of supabase-py."""

    def __init__(self, client: SyncPostgrestClient) -> None:
        self._client = client

    @override
    def call(self, function: str, arguments: Mapping[str, Any]) -> Any:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return self._client.rpc(function, given).execute().data
        except APIError as error:
            raise failure(error) from None  # its text may quote a row
        except httpx.TransportError as error:
            raise Unavailable from error


def open_database(
    url: str,
    key: str,
    token: str | None = None,
    about: Mapping[str, str] | None = None,
) -> PostgrestDatabase:
    """Open the database as the holder of `token`, or with the rights of the key alone.

    Args:
        url: of the Supabase project, without a path.
        key: opaque API key; the publishable one for people, the secret one for workers.
        token: access token of the person to act as.
        about: headers that say more of the request, such as where it came from.
    """
    headers = {**(about or {}), "apikey": key}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    rest = f"{url.rstrip('/')}/rest/v1"
    return PostgrestDatabase(
        SyncPostgrestClient(
            rest, schema=SCHEMA, headers=headers, http_client=connections()
        )
    )
