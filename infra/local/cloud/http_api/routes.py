"""Which function answers which request.

Precedence as API Gateway documents it: the most specific path wins, a fixed segment
before `{name}` before `{name+}`, then a named method before ANY, then `$default`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from infra.local.cloud.template import Template

DEFAULT_ROUTE: Final = "$default"


@dataclass(frozen=True)
class Route:
    """One route of the API.

    Attributes:
        method: upper case, or ANY.
        path: as in the template, `/v1/tickets/{ticket_id}`, or `$default`.
        function: logical id of the function behind it.
    """

    method: str
    path: str
    function: str

    @classmethod
    def of(cls, properties: dict[str, Any], function: str) -> "Route":
        """The route of an `HttpApi` event; without a path it is the default route."""
        path = properties.get("Path", DEFAULT_ROUTE)
        method = str(properties.get("Method", "ANY")).upper()
        return cls("ANY" if method == "*" else method, path, function)

    @property
    def key(self) -> str:
        """The `routeKey` of its events."""
        is_default = self.path == DEFAULT_ROUTE
        return DEFAULT_ROUTE if is_default else f"{self.method} {self.path}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the raw path, one group a path parameter."""
        if self.path == DEFAULT_ROUTE:
            return re.compile("")
        parts = (_segment(segment) for segment in self.path.split("/"))
        return re.compile("/".join(parts) + r"\Z")

    @property
    def rank(self) -> tuple[bool, list[int], bool]:
        """Sorts before every route that is less specific."""
        segments = self.path.split("/")
        return self.path == DEFAULT_ROUTE, list(map(_rank, segments)), self.any_method

    @property
    def any_method(self) -> bool:
        """Whether it takes every method."""
        return self.method == "ANY"


class RouteTable:
    """The routes, most specific first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [
            (route.method, route.pattern, route) for route in sorted(routes, key=_order)
        ]
        fixed = (item for item in self._routes if "{" not in item[2].path)
        self._fixed = {(method, route.path): route for method, _, route in fixed}

    @classmethod
    def of(cls, template: Template) -> "RouteTable":
        """Every `HttpApi` event of a template."""
        events = template.events_of("HttpApi")
        return cls(Route.of(event.properties, owner.name) for owner, event in events)

    def __iter__(self) -> Iterator[Route]:
        return (route for _, _, route in self._routes)

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a request and its decoded path parameters.

        Args:
            method: upper case.
            path: as sent, still percent-encoded, without the query.
        """
        if route := self._fixed.get((method, path)):
            return route, {}
        for wanted, pattern, route in self._routes:
            if wanted in (method, "ANY") and (found := pattern.match(path)):
                named = found.groupdict().items()
                return route, {name: unquote(text) for name, text in named}
        return None


def _order(route: Route) -> tuple[bool, list[int], bool]:
    return route.rank


def _segment(segment: str) -> str:
    if segment.endswith("+}"):
        return f"(?P<{segment[1:-2]}>.+)"
    if segment.startswith("{"):
        return f"(?P<{segment[1:-1]}>[^/]+)"
    return re.escape(segment)


def _rank(segment: str) -> int:
    return segment.endswith("+}") * 2 or int(segment.startswith("{"))
