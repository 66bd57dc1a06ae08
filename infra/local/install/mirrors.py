"""Hand the package index, proxy and certificates that pip is set up with on to uv.

A company's network is described to pip, in `pip.conf` or `PIP_...` variables; uv reads
neither. The addresses are read when they are needed and stand in no file of ours.
"""

import ast
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

# pip's option, and how uv calls it; uv separates several of them by these.
_VARIABLES: Final = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
_SECTIONS: Final = ("global", "install", ":env:")  # the later ones win, as in pip


def uv_settings(pip: Sequence[str]) -> dict[str, str]:
    """Return the environment variables that make uv reach what pip reaches.

    Args:
        pip: the command that runs pip.
    """
    listed = subprocess.run(
        [*pip, "config", "list"], capture_output=True, text=True, check=False
    )
    return translate(listed.stdout)


def translate(listed: str) -> dict[str, str]:
    """Return uv's variables for what `pip config list` printed.

    Like pip, and unlike uv by itself, all indexes together are searched for a version:
    an additional one may hold few packages. The hashes of the lock make that safe.
    """
    settings = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for option, value in _options(listed).items():
        if option in _VARIABLES:
            variable, separator = _VARIABLES[option]
            settings[variable] = separator.join(value.split())
    return settings


def _options(listed: str) -> Mapping[str, str]:
    """Return the value in force of each of pip's options."""
    options: dict[str, str] = {}
    for section in _SECTIONS:
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                options[name.removeprefix(f"{section}.")] = ast.literal_eval(value)
    return options
