"""Where in a request a value is wrong: a JSON Pointer into its body (RFC 6901)."""

from collections.abc import Mapping, Sequence
from typing import Any


def pointer_to(error: Mapping[str, Any], body: object) -> str:
    """Return `#/tags/0` for the body, `query/status` for the other parts of a request.

    Args:
        error: of pydantic; its `loc` also names validators and branches of unions,
            which nobody sent.
        body: the body that was sent.
    """
    source, *path = error["loc"]
    if source != "body":
        return "/".join(map(str, [source, *path[:1]]))
    kept = [] if error["type"] != "missing" else path[-1:]
    kept = [*_sent(path[: len(path) - len(kept)], body), *kept]
    escaped = [str(step).replace("~", "~0").replace("/", "~1") for step in kept]
    return "/".join(["#", *escaped])


def _sent(path: Sequence[str | int], body: object) -> list[str | int]:
    """Return those steps of a path that lead somewhere in the body."""
    steps: list[str | int] = []
    here: Any = body
    for step in path:
        known = isinstance(step, int) and isinstance(here, list) and step < len(here)
        if known or (isinstance(here, dict) and step in here):
            steps.append(step)
            here = here[step]
    return steps
