"""Which addresses belong to the public internet, and to nobody's inside.

Sources: the IANA special-purpose registries as `ipaddress` knows them, and the forms in
which IPv6 carries an IPv4 address (RFC 4291 2.5.5, RFC 3056, RFC 6052, RFC 8215).
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_INSIDE_ANYWAY = (
    IPv4Network("168.63.129.16/32"),  # Azure's host, behind a public number
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, long gone
)


def address_in(host: str) -> str | None:
    """Return the IP address that a host of a URL spells, or None when it is a name.

    IPv4 in every spelling that resolvers take: `127.1`, `2130706433`, `0x7f.0.0.1`.
    """
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def is_public(address: str) -> bool:
    """Whether an IP address may be posted to.

    Loopback, private, link-local (with the clouds' metadata), shared, multicast,
    reserved and unspecified addresses are not, in whatever form of IPv6 they come.

    Raises:
        ValueError: it is no IP address.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = _carried(found)
        return _is_public_6(found) if inner is None else _is_public_4(inner)
    return _is_public_4(found)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, if it does."""
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_public_6(address: IPv6Address) -> bool:
    return address in _UNICAST and address.is_global


def _is_public_4(address: IPv4Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _INSIDE_ANYWAY)
    )
