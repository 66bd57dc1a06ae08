"""Cross-origin requests, answered from the template's `CorsConfiguration`."""

from typing import Any

from aiohttp import web

from infra.local.cloud.template import Template


class Cors:
    """The rules of one HTTP API; without a configuration it does nothing."""

    def __init__(self, configuration: dict[str, Any] | bool | None) -> None:
        open_to_all = {"AllowOrigins": ["*"], "AllowMethods": ["*"]}
        rules = open_to_all if configuration is True else configuration
        self._rules: dict[str, Any] = rules or {}

    @classmethod
    def of(cls, template: Template) -> "Cors":
        """The rules of a template's first HTTP API."""
        apis = (api for _, api in template.of_type("AWS::Serverless::HttpApi"))
        return cls(next(apis, {}).get("CorsConfiguration"))

    def preflight(self, request: web.BaseRequest) -> web.Response | None:
        """The answer to a preflight request; None when it is another request."""
        asked = request.headers.get("Access-Control-Request-Method")
        if not self._rules or request.method != "OPTIONS" or asked is None:
            return None
        response = web.Response(status=204)
        if self.apply(request, response):
            self._list(response, "Access-Control-Allow-Methods", "AllowMethods")
            self._list(response, "Access-Control-Allow-Headers", "AllowHeaders")
            if "MaxAge" in self._rules:
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
        allowed = self._rules.get("AllowOrigins") or []
        if "*" not in allowed and origin not in allowed:
            return False
        response.headers["Access-Control-Allow-Origin"] = (
            "*" if "*" in allowed else origin
        )
        if self._rules.get("AllowCredentials"):
            response.headers["Access-Control-Allow-Credentials"] = "true"
        self._list(response, "Access-Control-Expose-Headers", "ExposeHeaders")
        return True

    def _list(self, response: web.Response, header: str, rule: str) -> None:
        if values := self._rules.get(rule):
            response.headers[header] = ",".join(values)


def _is_cors(name: str) -> bool:
    return name.lower().startswith("access-control-")
