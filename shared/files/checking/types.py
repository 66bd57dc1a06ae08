"""Whether bytes are what their media type says.

The signatures are those of the package filetype. Types that have none are believed:
they are given out as what they were announced, to be saved and not shown.
"""

from collections.abc import Sequence

import filetype

HEAD = 8192  # bytes that signatures are looked for in
_NAMES = {
    "application/x-gzip": "application/gzip",
    "application/x-zip-compressed": "application/zip",
    "audio/mp3": "audio/mpeg",
    "audio/wav": "audio/x-wav",
    "image/heif": "image/heic",
    "image/jpg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
}
"""Other names of types, and how filetype calls them."""
_ALIKE: Sequence[Sequence[str]] = (
    (
        "application/zip",
        "application/epub+zip",
        "application/vnd.oasis.opendocument",
        "application/vnd.openxmlformats-officedocument",
    ),
    (
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
    ),
    ("audio/mp4", "video/mp4", "video/3gpp", "video/quicktime", "video/x-m4v"),
    ("video/webm", "video/x-matroska"),
    ("image/png", "image/apng"),
)
"""How types begin that share a signature, so that the bytes do not tell which it is."""
_KNOWN = {kind.mime for kind in filetype.TYPES} - {"application/octet-stream"}
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how a text begins whose letters have two bytes


def contradicts(content_type: str, content: bytes) -> bool:
    """Return whether bytes cannot be of a media type."""
    announced = _NAMES.get(content_type, content_type)
    if announced.startswith("text/"):
        return b"\0" in content and not content.startswith(_WIDE)
    if announced not in _KNOWN:
        return False
    kind = filetype.guess(content[:HEAD])
    return kind is None or _family(kind.mime) != _family(announced)


def _family(content_type: str) -> str:
    """Return the first of the types that have the same signature."""
    for alike in _ALIKE:
        if content_type.startswith(tuple(alike)):
            return alike[0]
    return content_type
