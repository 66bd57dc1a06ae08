"""Read a token request: a form, and a client by HTTP Basic or in the form."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from pydantic import SecretStr

from .errors import TokenError, TokenRefused

FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
MAX_FIELDS = 20
_BASIC = re.compile(r"basic +([A-Za-z0-9+/=]+)", re.IGNORECASE)
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,200}")


class Client(NamedTuple):
    """Who asks for a token, and with what they prove it."""

    id: str
    secret: SecretStr


def read_client(headers: Mapping[str, str], body: bytes) -> Client:
    """Return the client of a token request.

    Args:
        headers: of the request, by lower-case name.
        body: as it arrived.

    Raises:
        TokenRefused: it is no request for this grant, or names no client.
    """
    form = _form(headers.get("content-type", ""), body)
    if not (grant := form.get("grant_type")):
        raise TokenRefused(TokenError.INVALID_REQUEST, "grant_type is missing.")
    client = _client(headers.get("authorization"), form)
    if grant != GRANT:
        text = f"Only {GRANT} is granted here."
        raise TokenRefused(TokenError.UNSUPPORTED_GRANT_TYPE, text)
    if form.get("scope"):
        text = "There are no scopes: a token allows what its machine user may do."
        raise TokenRefused(TokenError.INVALID_SCOPE, text)
    return client


def _form(kind: str, body: bytes) -> dict[str, str]:
    if kind.partition(";")[0].strip().lower() != FORM:
        raise TokenRefused(TokenError.INVALID_REQUEST, f"Send {FORM}.")
    try:
        text = body.decode("ascii")
        fields = parse_qsl(text, True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        text = "The form cannot be read."
        raise TokenRefused(TokenError.INVALID_REQUEST, text) from None
    if len(dict(fields)) < len(fields):
        raise TokenRefused(TokenError.INVALID_REQUEST, "Send each field once.")
    return dict(fields)


def _client(authorization: str | None, form: Mapping[str, str]) -> Client:
    """Return the client, named in one way alone (section 2.3)."""
    if authorization is None:
        found = Client(
            form.get("client_id", ""), SecretStr(form.get("client_secret", ""))
        )
    else:
        found = _basic(authorization)
        if "client_secret" in form or form.get("client_id", found.id) != found.id:
            text = "Send the client in one way: by HTTP Basic or in the form."
            raise TokenRefused(TokenError.INVALID_REQUEST, text)
    if not all(map(_PRINTABLE.fullmatch, (found.id, found.secret.get_secret_value()))):
        raise unknown_client()
    return found


def _basic(authorization: str) -> Client:
    """Read HTTP Basic, in which both parts are encoded as in a form (2.3.1)."""
    match = _BASIC.fullmatch(authorization)
    try:
        pair = b64decode(match[1], validate=True).decode() if match else ""
    except ValueError:
        raise unknown_client() from None
    name, _, secret = pair.partition(":")
    return Client(unquote_plus(name), SecretStr(unquote_plus(secret)))


def unknown_client() -> TokenRefused:
    """Return the one refusal of every client that is not let in."""
    return TokenRefused(
        TokenError.INVALID_CLIENT, "There is no such client, or its secret is another."
    )
