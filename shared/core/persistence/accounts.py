"""Supabase Auth with the secret key: accounts that we make, and signing them in."""

from http import HTTPStatus
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr
from typing_extensions import override

from shared.core.errors import TooMany, Unavailable

from .transport import connections


class Account(BaseModel):
    """An account of Auth for a person who exists."""

    model_config = ConfigDict(frozen=True)

    id: str
    email: str
    password: SecretStr
    name: str


class Session(BaseModel):
    """What Auth answers to a sign-in; `expires_in` is in seconds."""

    access_token: SecretStr
    token_type: str
    expires_in: int


class Accounts(Protocol):
    """Accounts of Auth. Every method may raise `Unavailable` and `TooMany`."""

    def create(self, account: Account) -> bool:
        """Create an account whose address counts as confirmed; False when refused."""
        ...

    def sign_in(self, email: str, password: SecretStr) -> Session | None:
        """Open a session; None when Auth refuses it."""
        ...

    def invite(self, email: str, name: str) -> bool:
        """Send an invitation by email, once more to who has not accepted one.

        False when refused: somebody may have confirmed this address already.
        """
        ...


class AuthAccounts(Accounts):
    """`Accounts` over the HTTP interface of Supabase Auth.

    Args:
        url: of the Supabase project, without a path.
        key: the secret key.
        address: on whose behalf we ask. Auth limits it and not us, where the project
            allows that (`Sb-Forwarded-For`).
    """

    def __init__(self, url: str, key: SecretStr, address: str) -> None:
        self._base = f"{url.rstrip('/')}/auth/v1"
        self._headers = {"apikey": key.get_secret_value(), "Sb-Forwarded-For": address}

    @override
    def create(self, account: Account) -> bool:
        body = {
            "id": account.id,
            "email": account.email,
            "password": account.password.get_secret_value(),
            "email_confirm": True,
            "user_metadata": {"name": account.name},
        }
        return self._post("/admin/users", body) is not None

    @override
    def sign_in(self, email: str, password: SecretStr) -> Session | None:
        body = {"email": email, "password": password.get_secret_value()}
        answer = self._post("/token?grant_type=password", body)
        return None if answer is None else Session.model_validate_json(answer.content)

    @override
    def invite(self, email: str, name: str) -> bool:
        body = {"email": email, "data": {"name": name}}
        return self._post("/invite", body) is not None

    def _post(self, path: str, body: object) -> httpx.Response | None:
        try:
            answer = connections().post(
                f"{self._base}{path}", json=body, headers=self._headers
            )
        except httpx.TransportError as error:
            raise Unavailable from error
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise TooMany("Auth limits how often anybody signs in. Keep your token.")
        return answer if answer.is_success else None
