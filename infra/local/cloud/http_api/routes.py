"""Find the function that answers a request.

As API Gateway documents it, a fixed path goes before one with `{name}`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from infra.local.cloud.template import Template


@dataclass(frozen=True)
class Route:
    """One route of the API.

    Attributes:
        method: upper case.
        path: as in the template, `/v1/tickets/{ticket_id}`.
        function: logical id of the function behind it.
    """

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        """The `routeKey` of its events."""
        return f"{self.method} {self.path}"

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the raw path, one group a path parameter."""
        return re.compile("/".join(map(_segment, self.path.split("/"))) + r"\Z")


class RouteTable:
    """All routes of an API, the more specific ones first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        specific_first = sorted(routes, key=_specificity)
        self._routes = [(route.pattern, route) for route in specific_first]
        self._fixed = {
            (route.method, route.path): route
            for route in specific_first
            if "{" not in route.path
        }

    @classmethod
    def of(cls, template: Template) -> "RouteTable":
        """Return the table of every `HttpApi` event of a template."""
        return cls(
            Route(event.properties["Method"], event.properties["Path"], function.name)
            for function, event in template.events_of("HttpApi")
        )

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route for a request and its decoded path parameters.

        Args:
            method: upper case.
            path: as sent, still percent-encoded, without the query.
        """
        if route := self._fixed.get((method, path)):
            return route, {}
        for pattern, route in self._routes:
            if route.method == method and (found := pattern.match(path)):
                named = found.groupdict().items()
                return route, {name: unquote(text) for name, text in named}
        return None


def _specificity(route: Route) -> list[bool]:
    return [segment.startswith("{") for segment in route.path.split("/")]


def _segment(segment: str) -> str:
    is_parameter = segment.startswith("{")
    return f"(?P<{segment[1:-1]}>[^/]+)" if is_parameter else re.escape(segment)
