import hashlib
import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.auth import accept_proof, source_headers, verify_hook
from shared.core.errors import Unauthenticated
from tests.events import signed

BODY = b'{"type": "INSERT"}'
NEW, OLD = "new-secret", "old-secret"


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_either_secret_in_force_verifies_a_webhook(secret):
    assert verify_hook(signed(secret, BODY), BODY, [NEW, OLD]) == secret


def test_the_plain_secret_of_the_dashboard_verifies_a_webhook():
    assert verify_hook({"x-webhook-secret": OLD}, BODY, [NEW, OLD]) == OLD


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webhook-secret": ""},
        {"x-webhook-secret": "new-secre"},
        {"x-webhook-secret": "nëw-secret"},
        signed("another", BODY),
        signed(NEW, BODY + b" "),
        {**signed(NEW, BODY), "x-autocrm-signature": "v1="},
        {**signed(NEW, BODY), "x-autocrm-signature": "ünï"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "now"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "-1"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "٣"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "9" * 400},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "9" * 5_000},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "²"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": ""},
        {**signed(NEW, BODY), "x-autocrm-timestamp": " 1"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "1_0"},
        {**signed(NEW, BODY), "x-autocrm-timestamp": "1.5"},
        {**signed(NEW, BODY, at=0)},
        {**signed(NEW, BODY, at=time.time() - 3600)},
        {**signed(NEW, BODY, at=time.time() + 3600)},
    ],
)
def test_any_other_webhook_is_unauthenticated(headers):
    with pytest.raises(Unauthenticated):
        verify_hook(headers, BODY, [NEW, OLD])


# What a header may hold (RFC 9110, 5.5), and what Starlette makes of its bytes.
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=500)
STAMPS = TEXT | st.integers().map(str) | st.from_regex(r"\A[0-9٣²]{1,500}\Z")
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x-autocrm-timestamp": STAMPS,
        "x-autocrm-signature": TEXT | TEXT.map("v1={}".format),
        "x-webhook-secret": TEXT,
    },
)


@given(HEADERS)
def test_whatever_the_headers_say_without_a_secret_is_unauthenticated(headers):
    with pytest.raises(Unauthenticated):
        verify_hook(headers, BODY, [NEW, OLD])


def test_a_wrong_signature_is_refused_beside_a_right_secret():
    headers = {**signed("another", BODY), "x-webhook-secret": NEW}

    with pytest.raises(Unauthenticated):
        verify_hook(headers, BODY, [NEW])


def test_the_proof_is_bound_to_event_and_secret():
    proofs = {accept_proof(event, key) for event in ("a", "b") for key in (NEW, OLD)}

    assert len(proofs) == 4


def test_the_source_of_a_request_is_proved_to_the_database():
    proof = hmac.new(NEW.encode(), b"203.0.113.7 id=", hashlib.sha256).hexdigest()

    headers = source_headers("203.0.113.7", "id=", NEW)

    assert headers == {
        "x-autocrm-source": "203.0.113.7",
        "x-autocrm-source-proof": proof,
    }


def test_without_a_secret_there_are_no_source_headers():
    assert source_headers("203.0.113.7", "id=", "") == {}
