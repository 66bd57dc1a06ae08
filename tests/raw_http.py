"""Sending requests byte by byte, also such as no HTTP client would send."""

import socket
from urllib.parse import urlsplit

from hypothesis import strategies as st

PATIENCE = 30  # seconds
NAMES = (
    b"Accept",
    b"apikey",
    b"Authorization",
    b"Content-Encoding",
    b"Content-Type",
    b"Expect",
    b"Origin",
    b"Access-Control-Request-Method",
    b"Prefer",
    b"Range",
    b"Upgrade",
    b"X-Other",
)
FRAMING = (b"Content-Length", b"Transfer-Encoding", b"Connection", b"Host", b"")
VALUES = (
    b"",
    b"*",
    b"x",
    b"gzip",
    b"100-continue",
    b"application/json",
    b"text/plain; charset=x",
    b"websocket",
    b"GET",
    b"Bearer a.b.c",
    b"Bearer caf\xe9",
    b"http://localhost:5173",
    b"caf\xe9",
    b"caf\xc3\xa9",
    b"\xff\xfe",
    b"a" * 5000,
)
METHODS = (b"GET", b"POST", b"PUT", b"PATCH", b"HEAD", b"OPTIONS", b"TRACE", b"X-Y")
TAILS = (b"", b"/", b"?a=%ff&%00", b"/%2e%2e/x", b"//x", b"/%00", b"?x=" + b"9" * 50)
BODIES = (b"", b"{}", b"[1]", b"\xff\x00", b"\x1f\x8b", b"x" * 70_000)
LINE = st.binary(max_size=12).map(lambda text: text.translate(None, b"\r\n"))


def requests(paths: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Requests to paths that begin as given: most well-formed, some of any bytes."""
    path = st.tuples(st.sampled_from(paths), st.sampled_from(TAILS)).map(b"".join)
    pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES))
    tame = st.builds(
        _request,
        st.sampled_from(METHODS),
        path,
        st.lists(pairs, max_size=4),
        st.sampled_from(BODIES) | st.binary(max_size=40),
    )
    odd = st.tuples(st.sampled_from((*NAMES, *FRAMING)) | LINE, LINE)
    wild = st.builds(
        _request,
        st.sampled_from(METHODS) | LINE,
        path | LINE,
        st.lists(odd, max_size=4),
        st.binary(max_size=40),
    )
    return st.integers(0, 4).flatmap(lambda number: tame if number else wild)


def _request(
    method: bytes, path: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> bytes:
    length = (b"Content-Length", str(len(body)).encode())
    lines = [b": ".join(pair) for pair in ((b"Host", b"localhost"), length, *headers)]
    return b"\r\n".join((b"%s %s HTTP/1.1" % (method, path), *lines, b"", body))


def exchange(url: str, request: bytes, patience: float = PATIENCE) -> int | None:
    """Send bytes and nothing more, and return the status.

    Args:
        url: of the server.
        request: as it is on the wire.
        patience: seconds to wait for a response; a server may wait for more bytes.

    Returns:
        None without a response.
    """
    address = urlsplit(url)
    place = (address.hostname or "", address.port or 80)
    with socket.create_connection(place, patience) as connection:
        try:
            connection.sendall(request)
            head = connection.recv(4096)
        except (ConnectionError, TimeoutError):
            return None
    return int(head.split(b" ")[1]) if head.startswith(b"HTTP/") else None
