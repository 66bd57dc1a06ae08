"""A small HTTP server in PostgREST's place, with a result for each SQL function.

What is sent to Auth has its path for the name of a function.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.http_server import Request, Response, http_server

from .results import find_result

RPC = "/rest/v1/rpc/"
AUTH = "/auth/v1/"
SCHEMA = "api"
JSON = {"content-type": "application/json"}
VOID = Response(204)
"""The response of a function that returns nothing."""


@dataclass(frozen=True)
class Call:
    """A call of an SQL function, as it came over the wire."""

    function: str
    arguments: Any
    headers: dict[str, str]


@dataclass
class FakePostgrest:
    """Results by SQL function, and the calls that came, in their order.

    A result is JSON; a `Response`, such as `rest_error()`; an `in_turn()` of results;
    or a callable that takes the arguments and returns one of these.

    Attributes:
        otherwise: the result of functions that have none, if there are any others.
    """

    otherwise: Response | None = None
    url: str = ""
    results: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @property
    def functions(self) -> list[str]:
        """The names of the functions that were called."""
        return [call.function for call in self.calls]

    def arguments(self, function: str) -> list[Any]:
        """The arguments of each call of a function."""
        return [call.arguments for call in self.calls if call.function == function]

    def reset(self) -> None:
        """Forget results and calls."""
        self.results, self.calls = {}, []

    def respond(self, request: Request) -> Response:
        """Record a call, and respond to it as PostgREST would."""
        function = request.route.removeprefix(RPC)
        arguments = json.loads(request.body or b"null")
        self.calls.append(Call(function, arguments, request.headers))
        of_auth = request.route.startswith(AUTH)
        if not of_auth and request.headers.get("content-profile") != SCHEMA:
            return rest_error(406, "PGRST106", f"The schema must be {SCHEMA}")
        missing = rest_error(404, "PGRST202", f"There is no function {function}")
        result = self.results.get(function, self.otherwise or missing)
        found = find_result(result, arguments)
        if isinstance(found, Response):
            return found
        return Response(200, json.dumps(found).encode(), JSON)


def rest_error(
    status: int, code: str, message: str, details: str | None = None
) -> Response:
    """Return the response that reports an error of the database."""
    body = {"code": code, "message": message, "details": details, "hint": None}
    return Response(status, json.dumps(body).encode(), JSON)


def refusal(status: int, slug: str, detail: str = "This is refused.") -> Response:
    """Return the response to a command that is refused (`sqlstate 'PT...'`)."""
    return rest_error(status, f"PT{status}", slug, detail)


NOT_FOUND = refusal(404, "not-found", "There is none, or it is not yours to see.")
OUTAGE = rest_error(503, "PGRST000", "no connection")


@contextmanager
def fake_postgrest(otherwise: Response | None = None) -> Iterator[FakePostgrest]:
    """Serve on a free port for the time of a block."""
    fake = FakePostgrest(otherwise)
    with http_server(fake.respond) as fake.url:
        yield fake
