"""Issue a one-time token, and send it once its transaction is committed."""

from dataclasses import dataclass
from typing import Self

from aiohttp import web

from infra.local.auth.mail import Kind, Token, issue, link
from infra.local.auth.service import SERVICE
from infra.local.auth.users import Row
from infra.local.pool import Connection


@dataclass(frozen=True)
class Email:
    """An email with a one-time token, not yet sent."""

    to: str
    kind: Kind
    token: Token

    @classmethod
    async def prepare(cls, connection: Connection, user: Row, kind: Kind) -> Self:
        """Issue the token of an email to a user."""
        return cls(user["email"], kind, await issue(connection, user, kind))

    def send(self, request: web.Request) -> None:
        """Send it, with a link that leads where the request names."""
        service = request.app[SERVICE]
        target = service.redirects.target(request.query.get("redirect_to", ""))
        issuer, token = service.settings.issuer, self.token
        address = link(issuer, self.kind.name, token.hashed, target)
        service.mailbox.send(self.kind.name, self.to, address, token.code)
