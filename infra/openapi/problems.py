"""The problem types that a response may name, by status, as the sources name them."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.core.http import STATUS

_ROOT: Final = Path(__file__).parents[2]
_COMMENT: Final = re.compile(r"--.*")
_RAISED: Final = re.compile(
    r"raise sqlstate 'PT(?P<status>\d{3})' using\s+(?P<message>message =.+?)"
    r"(?:,\s+(?:detail|hint) =|;)",
    re.DOTALL,
)
_OF_FIELDS: Final = re.compile(
    r"private\.refuse_fields\((?P<message>.+?),\s+\w+\s*\);", re.DOTALL
)
_SLUG: Final = re.compile(r"(?:message =|then|else|^)\s*'([a-z]+(?:-[a-z]+)*)'")
_URN: Final = "urn:autocrm:problem:"


@cache
def problem_types() -> Mapping[str, tuple[str, ...]]:
    """Return the types of problems by status, sorted; the most general one first.

    The migrations have nearly all: a command raises PTxxx with a slug as its message.
    """
    found: dict[str, set[str]] = {}
    for status, slug in _raised():
        found.setdefault(status, set()).add(slug)
    general = {str(status.value): kind.slug for kind, status in STATUS.items()}
    return {
        status: (slug, *sorted(found.get(status, set()) - {slug}))
        for status, slug in sorted(general.items())
    }


def describe_types(status: str) -> str:
    """Name the narrower types of problems that a status may have, if there are some."""
    narrower = problem_types()[status][1:]
    return f" Narrower types: {', '.join(narrower)}." if narrower else ""


def type_schema() -> dict[str, Any]:
    """Return the schema of a problem's type: all that there are."""
    named = {slug for slugs in problem_types().values() for slug in slugs}
    return {
        "title": "ProblemType",
        "type": "string",
        "description": "Which problem it is; decide by this. `about:blank` is one that"
        " its status says all of.",
        "enum": [*(f"{_URN}{slug}" for slug in sorted(named)), "about:blank"],
        "examples": [f"{_URN}not-found"],
    }


def _raised() -> Iterator[tuple[str, str]]:
    for path in sorted(_ROOT.glob("supabase/migrations/*.sql")):
        text = _COMMENT.sub("", path.read_text())
        for raised in _RAISED.finditer(text):
            for slug in _SLUG.findall(raised["message"]):
                yield raised["status"], slug
        for refused in _OF_FIELDS.finditer(text):
            for slug in _SLUG.findall(refused["message"]):
                yield "422", slug
