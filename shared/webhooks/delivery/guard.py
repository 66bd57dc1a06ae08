"""Whom we may post to. Administrators name any URL; it must not lead inside.

The name is resolved once, every address it has is checked, and the connection goes to
the checked address: a name that answers differently the second time (DNS rebinding)
finds nobody asking. Compared: `requests-hardened` and `advocate` do this for requests,
none for httpx.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from .addresses import address_in, is_public

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
HTTPS_PORT = 443
# Names that lead nowhere but inside: RFC 6761, RFC 6762, RFC 8375, and ICANN's choice
# for private use, in which clouds have their metadata.
INSIDE_NAMES = ("localhost", "local", "internal", "home.arpa")
THIS_MACHINE = ("127.0.0.1", "localhost")
NOT_PUBLIC = "The host is not on the public internet."


class AddressRefused(Exception):
    """We do not post there; the message is for whoever named the URL."""


@dataclass(frozen=True)
class Target:
    """Where to connect, and how to name whom we mean.

    Attributes:
        url: the URL with the checked address in place of the name.
        host: the Host header.
        name: what the certificate must be for.
    """

    url: httpx.URL
    host: str
    name: str


async def resolve(name: str, port: int) -> Sequence[str]:
    """Return every address of a name, in the order of the system's preference."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def check_url(address: str, *, allow_private: bool) -> httpx.URL:
    """Return a URL of the form that we post to; nothing is looked up.

    So a URL that can never work is refused when it is saved, in the words of the log.

    Raises:
        AddressRefused: its form, its port, or the address or name of its host is not
            allowed, whatever the network says.
    """
    try:
        url = httpx.URL(address)
        name = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise AddressRefused("The URL cannot be read.") from error
    if url.scheme not in (("https", "http") if allow_private else ("https",)):
        raise AddressRefused("Deliveries go over https alone.")
    if url.scheme == "http" and name not in THIS_MACHINE:
        raise AddressRefused("Plain http goes to localhost alone; elsewhere use https.")
    if url.userinfo or not name:
        raise AddressRefused("The URL must name a host and no user.")
    if not allow_private and url.port not in (None, HTTPS_PORT):
        raise AddressRefused("Deliveries go to port 443 alone.")
    if not allow_private and _is_inside(name):
        raise AddressRefused(NOT_PUBLIC)
    return url


def _is_inside(name: str) -> bool:
    """Whether a host is an address or a name that is never on the public internet."""
    found = address_in(name)
    if found is not None:
        return not is_public(found)
    plain = f".{name.rstrip('.').lower()}"
    return any(plain.endswith(f".{inside}") for inside in INSIDE_NAMES)


class SsrfGuard:
    """Finds the way to a URL, or refuses it.

    Args:
        allow_private: whether inside addresses, any port, and plain HTTP within this
            machine are allowed, as for a local stack.
        resolve: the resolver.
    """

    def __init__(self, allow_private: bool, resolve: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    async def target(self, address: str) -> Target:
        """Return where to connect for a URL.

        Raises:
            AddressRefused: its form, its port or an address of its name is not allowed.
        """
        url = check_url(address, allow_private=self._allow_private)
        name = url.raw_host.decode("ascii")
        port = url.port or (HTTPS_PORT if url.scheme == "https" else 80)
        try:
            found = await self._resolve(name, port)
        except (OSError, UnicodeError) as error:
            raise AddressRefused("The name of the host does not resolve.") from error
        if not found or not all(map(self._may_connect, found)):
            raise AddressRefused(NOT_PUBLIC)
        pinned = url.copy_with(host=found[0].partition("%")[0])
        return Target(pinned, url.netloc.decode("ascii"), name)

    def _may_connect(self, address: str) -> bool:
        return self._allow_private or is_public(address)
