"""Proof that a call comes from our own database, and that one comes from us.

From the database two forms: a signature over time and body, which our trigger sends;
and a plain secret in a header, which is all that a webhook made in the platform's
dashboard can send.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping, Sequence

from shared.core.errors import Unauthenticated

MAX_AGE_SECONDS = 300
TIMESTAMP = "x-autocrm-timestamp"
SIGNATURE = "x-autocrm-signature"
PLAIN_SECRET = "x-webhook-secret"  # noqa: S105, the name of a header
# Unix time as our trigger writes it; Python would refuse to read thousands of digits.
_SECONDS = re.compile(r"[0-9]{1,12}")
SOURCE = "x-autocrm-source"
SOURCE_PROOF = "x-autocrm-source-proof"


def verify_hook(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> str:
    """Return the secret that proves a call, compared in constant time.

    Args:
        headers: of the call, by lower-case name.
        body: exactly as it arrived.
        secrets: those in force; two while one is replaced.

    Raises:
        Unauthenticated: nothing proves it, or it is older than five minutes.
    """
    if SIGNATURE not in headers:
        given = headers.get(PLAIN_SECRET, "").encode()
        return _first(secrets, lambda secret: (given, secret.encode()))
    stamp = headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(stamp) or _age(stamp) > MAX_AGE_SECONDS:
        raise Unauthenticated("The webhook is stale.", "stale-signature")
    signed = f"{stamp}.".encode() + body
    given = headers[SIGNATURE].encode()
    return _first(secrets, lambda secret: (given, b"v1=" + _hmac(secret, signed)))


def _age(stamp: str) -> float:
    return abs(time.time() - int(stamp))


def accept_proof(event: str, secret: str) -> str:
    """Return what lets `accept_event` of the database believe us."""
    return _hmac(secret, f"accept.{event}".encode()).decode()


def source_headers(
    address: str, correlation_id: str | None, secret: str
) -> dict[str, str]:
    """Return what makes the database believe where a request comes from; {} unsigned.

    Args:
        address: of the caller, as the gateway in front of us saw it, or "".
        correlation_id: of the request, which goes in a header of its own.
        secret: the Vault's `autocrm_source_secret`, or "" where nothing is counted so.
    """
    if not secret:
        return {}
    proven = f"{address} {correlation_id or ''}".encode()
    return {SOURCE: address, SOURCE_PROOF: _hmac(secret, proven).decode()}


def _hmac(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()


def _first(
    secrets: Sequence[str], compare: Callable[[str], tuple[bytes, bytes]]
) -> str:
    """Try every secret, also after one has fitted, so that time tells nothing."""
    fits = [secret for secret in secrets if hmac.compare_digest(*compare(secret))]
    if not fits:
        raise Unauthenticated(
            "The webhook is not signed as it should be.", "bad-signature"
        )
    return fits[0]
