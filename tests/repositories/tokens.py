"""Access tokens, signed as Auth signs them, or as somebody else would."""

import time
from typing import Any

import jwt

from infra.local.keys import Keys
from tests.database.acting import claims_of

HOUR = 3600


def token_of(keys: Keys, who: str, **claims: Any) -> str:
    """Return the token of one of the cast, with claims of its own."""
    now = int(time.time())
    return sign(keys, {**claims_of(who), "iat": now, "exp": now + HOUR, **claims})


def sign(keys: Keys, claims: dict[str, Any]) -> str:
    key = jwt.PyJWK(dict(keys.signing_key))
    headers = {"kid": keys.signing_key["kid"]}
    return jwt.encode(claims, key.key, algorithm="ES256", headers=headers)


def bad_tokens(keys: Keys, stranger: Keys) -> dict[str, str]:
    """Return tokens that must open nothing, by what is wrong with them.

    Args:
        keys: those of the project.
        stranger: those of another project.
    """
    good = token_of(keys, "admin")
    head, body, signature = good.split(".")
    swapped = "A" if signature[5] != "A" else "B"
    public = {**claims_of("admin"), "exp": int(time.time()) + HOUR}
    return {
        "expired": token_of(keys, "admin", exp=int(time.time()) - HOUR),
        "not yet valid": token_of(keys, "admin", nbf=int(time.time()) + HOUR),
        "of another project": token_of(stranger, "admin"),
        "with a broken signature": (
            f"{head}.{body}.{signature[:5]}{swapped}{signature[6:]}"
        ),
        "without a signature": f"{head}.{body}.",
        "with alg none": jwt.encode(public, None, algorithm="none"),
        "signed with a guess": jwt.encode(public, "x" * 32, algorithm="HS256"),
        "for another service": token_of(keys, "admin", aud="other"),
        "without an audience": token_of(keys, "admin", aud=None),
        "of somebody deleted": token_of(keys, "nobody"),
        "no token": "nope",
    }
