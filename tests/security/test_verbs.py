"""The scans find what they are for, and the bill names what is deployed."""

import json
import re
import secrets
import subprocess
import sys

import jwt
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.security.leaks import find_leaks
from infra.security.packages import NotAudited, audit
from tests.open_desk import ROOT


def planted():
    """Secrets made up for this run, so that none stands in this file."""
    noise = secrets.token_hex(20)
    return {
        "sb_secret": f'KEY = "sb_secret_{secrets.token_urlsafe(24)}"',
        "aws": f'aws_access_key_id = "AKIA{noise[:16].upper()}"',
        "private key": "-----BEGIN " + "PRIVATE KEY-----",
        "github": f'token = "ghp_{noise[:36]}"',
        "jwt": f'token = "{jwt.encode({"sub": noise}, noise)}"',
        "webhook": f'secret = "whsec_{noise}"',
        "address": f'url = "postgres://desk:{noise}@db.example.com/desk"',
        "noise": f'password = "{secrets.token_urlsafe(40)}"',
    }


@pytest.fixture
def checkout(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # noqa: S603, S607
    return tmp_path


@pytest.mark.parametrize("kind", planted())
def test_a_planted_secret_is_found_and_not_repeated(checkout, kind):
    (checkout / "settings.py").write_text(f"\n{planted()[kind]}\n")

    found = list(find_leaks(checkout))

    assert [line.partition(": ")[0] for line in found][:1] == ["settings.py:2"]
    assert all(planted()[kind] not in line for line in found)


def test_what_git_ignores_is_not_searched(checkout):
    (checkout / ".gitignore").write_text("kept.json\n")
    (checkout / "kept.json").write_text(planted()["sb_secret"])

    assert list(find_leaks(checkout)) == []


def test_this_checkout_holds_no_secret():
    assert list(find_leaks(ROOT)) == []


def test_an_audit_that_could_not_ask_is_no_audit(tmp_path, monkeypatch):
    lock = tmp_path / "lock.txt"
    lock.write_text(f"idna==3.10 --hash=sha256:{'0' * 64}\n")
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens

    with pytest.raises(NotAudited, match=r"lock\.txt"):
        audit([lock])


def test_the_bill_names_every_pin_of_the_layer_and_is_valid(tmp_path):
    out = tmp_path / "sbom.cdx.json"
    make = [sys.executable, "-m", "infra.security", "sbom", "--out", str(out)]

    subprocess.run(make, cwd=ROOT, check=True, capture_output=True)  # noqa: S603

    document = out.read_text()
    assert not JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    lock = (ROOT / "infra" / "locks" / "runtime.txt").read_text().splitlines()
    pins = {re.sub(r"\[.*\]", "", line.split()[0]) for line in lock if "==" in line}
    bill = json.loads(document)
    assert {f"{each['name']}=={each['version']}" for each in bill["components"]} == pins
    assert bill["metadata"]["component"]["name"] == "autocrm"
