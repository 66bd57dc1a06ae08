"""The OpenAPI document of all functions together, for `/docs` and for tests."""

from .document import compose_openapi
from .routers import find_routers

__all__ = ["compose_openapi", "find_routers"]
