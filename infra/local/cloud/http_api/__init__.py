"""API Gateway's HTTP API: routes, payload format 2.0, CORS and limits."""

from .api import HttpApi, read_body
from .cors import Cors
from .integration import Integration, Invoke
from .routes import Route, RouteTable

__all__ = [
    "Cors",
    "HttpApi",
    "Integration",
    "Invoke",
    "Route",
    "RouteTable",
    "read_body",
]
