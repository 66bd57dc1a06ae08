"""Answer cross-origin requests by the template's `CorsConfiguration`."""

from typing import Any

from aiohttp import web

from infra.local.cloud.template import Template


class Cors:
    """The cross-origin rules of one HTTP API; without a configuration, none."""

    def __init__(self, configuration: dict[str, Any] | None) -> None:
        self._rules: dict[str, Any] = configuration or {}

    @classmethod
    def of(cls, template: Template) -> "Cors":
        """Return the rules of a template's HTTP API."""
        apis = (api for _, api in template.of_type("AWS::Serverless::HttpApi"))
        return cls(next(apis, {}).get("CorsConfiguration"))

    def preflight(self, request: web.BaseRequest) -> web.Response | None:
        """Return the response to a preflight request; None for another request."""
        method = request.headers.get("Access-Control-Request-Method")
        if not self._rules or request.method != "OPTIONS" or method is None:
            return None
        response = web.Response(status=204)
        if self.apply(request, response):
            self._list(response, "Access-Control-Allow-Methods", "AllowMethods")
            self._list(response, "Access-Control-Allow-Headers", "AllowHeaders")
            response.headers["Access-Control-Max-Age"] = str(self._rules["MaxAge"])
        return response

    def apply(self, request: web.BaseRequest, response: web.Response) -> bool:
        """Let the origin read the response, if the rules allow that origin.

        A function's own CORS headers give way to the configuration, as on AWS.
        """
        origin = request.headers.get("Origin")
        if origin is None or not self._rules:
            return False
        for name in [name for name in response.headers if _is_cors(name)]:
            del response.headers[name]
        if origin not in self._rules["AllowOrigins"]:
            return False
        response.headers["Access-Control-Allow-Origin"] = origin
        self._list(response, "Access-Control-Expose-Headers", "ExposeHeaders")
        return True

    def _list(self, response: web.Response, header: str, rule: str) -> None:
        response.headers[header] = ",".join(self._rules[rule])


def _is_cors(name: str) -> bool:
    return name.lower().startswith("access-control-")
