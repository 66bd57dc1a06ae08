"""Check a client's secret in the database, and sign its machine user in at Auth."""

from collections.abc import Mapping

from pydantic import Field

from shared.core.persistence import Accounts, Database
from shared.core.types import Model
from shared.machines import MachineAccountRepository

from .token_request import read_client, unknown_client


class Token(Model):
    """An access token of Auth, with which the API is called (RFC 6749, 5.1)."""

    access_token: str = Field(description="Send it as `Authorization: Bearer`.")
    token_type: str
    expires_in: int = Field(description="Seconds. Use the token until then.")


class TokenIssuer:
    """Exchanges the secret of a client for a token."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._machines = MachineAccountRepository(database)
        self._accounts = accounts

    def issue(self, headers: Mapping[str, str], body: bytes) -> Token:
        """Return a token for the client that a request names.

        Raises:
            TokenRefused: the client is not let in.
            TooMany: too many requests come from this address, or Auth says so.
        """
        client = read_client(headers, body)
        found = self._machines.authenticate(client.id, client.secret)
        if found is None:
            raise unknown_client()
        session = self._accounts.sign_in(found.email, found.password)
        if session is None:
            raise unknown_client()
        return Token(
            access_token=session.access_token.get_secret_value(),
            token_type=session.token_type,
            expires_in=session.expires_in,
        )
