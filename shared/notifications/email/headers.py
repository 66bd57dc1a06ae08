"""Headers of email: names and subjects that every mail program reads as they are.

`email.headerregistry` would write them, but in Python 3.11 to 3.13 it drops the quotes
of a long name when it folds the line, so that a name with a comma becomes further
recipients, and it changes spaces where ASCII meets other text. `email.utils.formataddr`
writes one encoded word of any length, where RFC 2047 allows 75 characters.
`email.header.Header` folds encoded words as the RFC says; Django composes with it too.
Here it encodes the name alone, and headers are folded at spaces only.
"""

import re
import unicodedata
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.utils import quote

import idna

WIDTH = 75  # the longest encoded word (RFC 2047, 2); lines stay within 78
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=^_`{|}~-]+)*")
# Line breaks, other control characters, and halves of characters.
_BREAKING = {"Cc", "Zl", "Zp", "Cs"}
# They reorder the text that follows them, up to the end of the line; the marks and
# joiners that right-to-left names and emoji are written with do not.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class InvalidAddress(Exception):
    """There is no such email address; its text stays out of the log."""


def one_line(text: str) -> str:
    """Return text without line breaks, control characters and directional overrides.

    Every other character is kept, joiners and repeated spaces too: what is one line
    already stays as it is.
    """
    shown = (
        " " if unicodedata.category(each) in _BREAKING else each
        for each in text
        if each not in _REORDERING
    )
    return "".join(shown).strip()


def mailbox(name: str, address: str) -> str:
    """Return a name and an address as a header has them, one address in every case.

    A name in printable ASCII is quoted where it needs to be; any other is encoded.
    """
    words = one_line(name)
    if not words:
        return address
    if _ATOMS.fullmatch(words) and "=?" not in words:
        return f"{words} <{address}>"
    # Readers may take repeated spaces in quotes for one, and decode what is quoted.
    if words.isascii() and "  " not in words and "=?" not in words:
        return f'"{quote(words)}" <{address}>'
    encoded = Header(words, "utf-8", WIDTH, "To").encode(linesep="")
    return f"{encoded} <{address}>"


def subject_line(text: str) -> Header | str:
    """Return a subject as a header has it; short ASCII stays readable in the source."""
    words = one_line(text)
    if words.isascii() and "=?" not in words and len(words) <= WIDTH - len("Subject: "):
        return words
    return Header(words, "utf-8", WIDTH, "Subject")


def ascii_address(address: str) -> str:
    """Return an email address as SMTP carries it: an international domain as punycode.

    Raises:
        InvalidAddress: it is none, or its local part is not ASCII, which Amazon SES
            does not carry (no SMTPUTF8).
    """
    local, _, domain = address.rpartition("@")
    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        found = Address(addr_spec=f"{local}@{name}")
    except (ValueError, IndexError, MessageError):
        raise InvalidAddress from None
    spec = found.addr_spec
    if not (spec.isascii() and spec.isprintable() and found.username and found.domain):
        raise InvalidAddress
    if any(each.isspace() for each in spec):
        raise InvalidAddress
    return spec
