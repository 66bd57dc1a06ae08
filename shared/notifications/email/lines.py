"""Making text fit on one line, as headers and greetings need it."""

import unicodedata

# Line breaks, other control characters, and halves of characters.
_BREAKING = {"Cc", "Zl", "Zp", "Cs"}
# They reorder the text that follows them, up to the end of the line; the marks and
# joiners that right-to-left names and emoji are written with do not.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
