"""The webhook client checks the name in a certificate, and connects by address."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.webhooks.delivery import HttpxWebhookClient, SsrfGuard, new_client
from tests.loops import run as run_alone
from tests.receivers import receiving


@pytest.fixture
def certificate(tmp_path):
    """A certificate for hooks.example.com that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def post(name, port, certificate):
    async def here(name, port):
        return ["127.0.0.1"]

    async def run():
        trusted = ssl.create_default_context(cafile=str(certificate))
        async with new_client(trusted) as client:
            sender = HttpxWebhookClient(SsrfGuard(True, here), client)
            return await sender.post(f"https://{name}:{port}/ok", {}, "{}")

    return run_alone(run())


@pytest.fixture
def port(certificate):
    """The port of a receiver that has the certificate, and answers 200."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with receiving(context) as receivers:
        yield int(receivers.url.rsplit(":", 1)[1])


def test_a_certificate_of_the_name_is_accepted(port, certificate):
    answer = post("hooks.example.com", port, certificate)

    assert (answer.status, answer.error) == (200, None)


def test_a_certificate_of_another_name_is_refused(port, certificate):
    answer = post("other.example.com", port, certificate)

    assert answer.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error
