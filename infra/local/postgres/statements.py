"""SQL text cut into its statements, each with the line it starts on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What a semicolon does not end: comments, strings, quoted names, dollar bodies.
TOKENS = re.compile(
    r"""
    (?P<skip> --[^\n]* | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
            | (?P<tag>\$(?:[a-zA-Z_]\w*)?\$) .*? (?P=tag) )
  | (?P<comment> /\* )
  | (?P<atomic> \bbegin\s+atomic\b )
  | (?P<case> \bcase\b )
  | (?P<close> \bend\b )
  | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon.

    Attributes:
        text: the statement with the comments in front of it.
        start: where the text starts in the script.
        line: the line of its first word, from 1.
    """

    text: str
    start: int
    line: int


def split(script: str) -> Iterator[Statement]:
    """Yield the statements in order, cut as the Supabase CLI cuts and records them."""
    start = position = depth = 0
    while match := TOKENS.search(script, position):
        position = match.end()
        match match.lastgroup:
            case "comment":
                position = _end_of_comment(script, position)
            case "atomic":
                depth += 1
            case "case" | "close" if depth:
                depth += 1 if match["case"] else -1
            case "end" if not depth:
                yield from _statement(script, start, match.start())
                start = position
    yield from _statement(script, start, len(script))


def _statement(script: str, start: int, end: int) -> Iterator[Statement]:
    if text := script[start:end].strip():
        begin = script.index(text, start)
        first_word = begin + len(text) - len(_without_leading_remarks(text))
        yield Statement(text, begin, script.count("\n", 0, first_word) + 1)


def _without_leading_remarks(text: str) -> str:
    """Return the text from its first word on; empty if it only remarks."""
    while remark := re.match(r"\s+|--[^\n]*|/\*", text):
        end = remark.end()
        text = text[_end_of_comment(text, end) if remark[0] == "/*" else end :]
    return text


def _end_of_comment(script: str, position: int) -> int:
    """Return where a block comment ends; PostgreSQL lets them nest."""
    depth = 1
    while depth and (mark := re.compile(r"/\*|\*/").search(script, position)):
        depth += 1 if mark[0] == "/*" else -1
        position = mark.end()
    return position if not depth else len(script)
