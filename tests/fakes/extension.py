"""AWS's Parameters and Secrets extension: its protocol, and nothing behind it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.http_server import Request, Response, http_server

REFUSED = Response(400, b'{"Code": "ParameterNotFound"}')


@dataclass
class FakeExtension:
    """Holds parameters, and the tokens that it was sent.

    Attributes:
        response: sent instead of any parameter.
    """

    port: int = 0
    parameters: dict[str, str] = field(default_factory=dict)
    tokens: list[str | None] = field(default_factory=list)
    response: Response | None = None

    def respond(self, request: Request) -> Response:
        """Return the parameter that a request names."""
        query = parse_qs(urlsplit(request.path).query)
        assert request.route == "/systemsmanager/parameters/get"
        assert query["withDecryption"] == ["true"]
        self.tokens.append(request.headers.get("x-aws-parameters-secrets-token"))
        return self.response or self._find(query["name"][0])

    def _find(self, name: str) -> Response:
        if name not in self.parameters:
            return REFUSED
        parameter = {"Name": name, "Value": self.parameters[name]}
        return Response(200, json.dumps({"Parameter": parameter}).encode())


@contextmanager
def fake_extension() -> Iterator[FakeExtension]:
    """Serve on a free port for the time of a block."""
    fake = FakeExtension()
    with http_server(fake.respond) as url:
        fake.port = urlsplit(url).port or 0
        yield fake
