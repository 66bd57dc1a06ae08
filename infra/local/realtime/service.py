"""What the application keeps under `SERVICE`: rooms, policies and tokens."""

from aiohttp import web

from infra.local.pool import Pool, open_pool

from .access import Policies, Verifier
from .channels import Hub, Service

SERVICE = web.AppKey("service", Service)


def create_service(dsn: str, jwks: str) -> tuple[Service, Pool]:
    """Return the service of one project and its pool, which is not yet open.

    Args:
        dsn: a role that may become any other, to ask the policies as the caller.
        jwks: JSON text of the JWK set that verifies tokens.
    """
    pool = open_pool(dsn)
    return Service(Hub(), Policies(pool), Verifier(jwks)), pool
