import hashlib
import hmac
import time

import pytest

from shared.core.auth import accept_proof, source_headers, verify_hook
from shared.core.errors import Unauthenticated

BODY = b'{"type": "INSERT"}'
NEW, OLD = "new-secret", "old-secret"


def signed(secret: str, body: bytes = BODY, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return {
        "x-autocrm-timestamp": stamp,
        "x-autocrm-signature": f"v1={digest.hexdigest()}",
    }


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_either_secret_in_force_proves_a_call(secret):
    assert verify_hook(signed(secret), BODY, [NEW, OLD]) == secret


def test_the_dashboards_plain_secret_proves_a_call():
    assert verify_hook({"x-webhook-secret": OLD}, BODY, [NEW, OLD]) == OLD


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webhook-secret": ""},
        {"x-webhook-secret": "new-secre"},
        {"x-webhook-secret": "nëw-secret"},
        signed("another"),
        signed(NEW, BODY + b" "),
        {**signed(NEW), "x-autocrm-signature": "v1="},
        {**signed(NEW), "x-autocrm-signature": "ünï"},
        {**signed(NEW), "x-autocrm-timestamp": "now"},
        {**signed(NEW), "x-autocrm-timestamp": "-1"},
        {**signed(NEW), "x-autocrm-timestamp": "٣"},
        {**signed(NEW, at=0)},
        {**signed(NEW, at=time.time() - 3600)},
        {**signed(NEW, at=time.time() + 3600)},
    ],
)
def test_nothing_else_does(headers):
    with pytest.raises(Unauthenticated):
        verify_hook(headers, BODY, [NEW, OLD])


def test_a_signature_is_asked_for_even_beside_a_plain_secret():
    headers = {**signed("another"), "x-webhook-secret": NEW}

    with pytest.raises(Unauthenticated):
        verify_hook(headers, BODY, [NEW])


def test_the_proof_is_bound_to_event_and_secret():
    proofs = {accept_proof(event, key) for event in ("a", "b") for key in (NEW, OLD)}

    assert len(proofs) == 4


def test_where_a_request_came_from_is_proved_to_the_database():
    proof = hmac.new(NEW.encode(), b"203.0.113.7", hashlib.sha256).hexdigest()

    headers = source_headers("203.0.113.7", NEW)

    assert headers == {
        "x-autocrm-source": "203.0.113.7",
        "x-autocrm-source-proof": proof,
    }


def test_without_a_secret_nothing_is_said_of_where_a_request_came_from():
    assert source_headers("203.0.113.7", "") == {}
