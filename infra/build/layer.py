"""Build the layers: packages with the authorities they trust, and `shared`.

Two, because the first is large and seldom changes. With `shared` in a layer an edit of
it uploads one zip, where it would otherwise be in the zip of every function.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from .authorities import hash_authorities
from .bytecode import compile_tree
from .target import Target

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "infra" / "locks" / "runtime.txt"
NOT_RUN = ("bin", ".lock", "**/tests", "**/*.pyi", "**/*.pxd", "**/*.pyx", "**/*.h")
# Loaded by each start where they are found, and never used: FastAPI looks whether a
# model is of Pydantic 1 (20 ms), httpcore whether it can speak HTTP/2 (13 ms), which
# has nothing to share among requests that come one at a time.
NEVER_USED = ("pydantic/v1", "h2", "hpack", "hyperframe")
INSTALLATION_RECORDS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def build_core(out: Path, target: Target) -> None:
    """Fill a new folder with the packages, for Lambda to unpack into /opt.

    Raises:
        NoOpenssl: there is no openssl.
    """
    packages = out / "python"
    _install(packages, target)
    _leave_out(packages)
    compile_tree(packages, "/opt/python", target)
    hash_authorities(packages / "certifi" / "cacert.pem", out / "certs")


def build_shared(out: Path, target: Target) -> None:
    """Fill a new folder with the package shared, for Lambda to unpack into /opt."""
    packages = out / "python"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared", packages / "shared", ignore=ignored)
    compile_tree(packages, "/opt/python", target)


def _install(packages: Path, target: Target) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else "uv"
    exactly = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    machine = ["--python-version", target.python, "--python-platform", target.platform]
    place = ["--link-mode", "copy", "--target", str(packages)]
    command = [uv, "pip", "install", "-q", *exactly, *machine, *place]
    subprocess.run([*command, "-r", str(LOCK)], check=True)


def _leave_out(packages: Path) -> None:
    """Delete what is never imported, and what records when and how it was installed."""
    records = [f"*.dist-info/{name}" for name in INSTALLATION_RECORDS]
    for pattern in (*NOT_RUN, *NEVER_USED, *records):
        for path in list(packages.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
