"""Certificate authorities as a folder that OpenSSL reads on demand.

Parsing certifi's one file takes some 20 ms of every cold start; from a folder OpenSSL
reads only the authority that a server names, by the hash of its subject.
"""

import re
import shutil
import subprocess
from pathlib import Path

CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL
)


class NoOpenssl(Exception):
    """The program openssl, which names certificates, is not installed."""


def hash_authorities(bundle: Path, folder: Path) -> None:
    """Write each certificate of a bundle as `<hash of its subject>.<0, 1, ...>`.

    Raises:
        NoOpenssl: there is no openssl to hash with.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise NoOpenssl("Install openssl: the layer's CA certificates need it.")
    folder.mkdir(parents=True)
    for certificate in CERTIFICATE.findall(bundle.read_text()):
        name = _subject_hash(openssl, certificate)
        alike = len(list(folder.glob(f"{name}.*")))
        (folder / f"{name}.{alike}").write_text(certificate)


def _subject_hash(openssl: str, certificate: str) -> str:
    return subprocess.run(
        [openssl, "x509", "-noout", "-subject_hash"],
        input=certificate,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
