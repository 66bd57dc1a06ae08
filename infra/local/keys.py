"""Generate the secrets of one home once, and keep them in one private file."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ApiRole = Literal["anon", "service_role"]
TEN_YEARS = 10 * 365 * 24 * 3600
PRIVATE_MEMBERS = frozenset({"d", "key_ops"})


@dataclass(frozen=True)
class Keys:
    """The keys of tokens, of the API and of the database.

    Attributes:
        signing_key: private ES256 JWK with its `kid`; Auth signs access tokens with it.
        legacy_secret: HS256 secret of the long-lived role tokens.
        publishable: opaque key of browsers (`sb_publishable_...`).
        secret: opaque key of workers (`sb_secret_...`).
        database_secret: what the passwords of the database roles derive from.
        created: epoch seconds, so that the role tokens stay the same.
        trusted: private JWKs that sign nothing now, but are published and accepted:
            the next one, or the previous one.
    """

    signing_key: Mapping[str, Any] = field(repr=False)
    legacy_secret: str = field(repr=False)
    publishable: str
    secret: str = field(repr=False)
    database_secret: str = field(repr=False)
    created: int
    trusted: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the keys of this home, or generate and keep them (mode 0600)."""
        if not path.exists():
            _write_private(path, json.dumps(asdict(cls._generate()), indent=2))
        return cls(**json.loads(path.read_text()))

    @classmethod
    def _generate(cls) -> Self:
        return cls(
            signing_key=signing_jwk(),
            legacy_secret=secrets.token_urlsafe(48),
            publishable=f"sb_publishable_{secrets.token_urlsafe(24)}",
            secret=f"sb_secret_{secrets.token_urlsafe(24)}",
            database_secret=secrets.token_urlsafe(32),
            created=int(time.time()),
        )

    @property
    def jwks(self) -> dict[str, Any]:
        """The public JWK set: asymmetric keys only, as Auth publishes it."""
        return {"keys": [_public(key) for key in (self.signing_key, *self.trusted)]}

    @property
    def postgrest_jwt_secret(self) -> str:
        """The JWK set as JSON text that PostgREST and Realtime verify tokens with.

        Like the hosted platform's: the public keys and the legacy HS256 secret.
        """
        legacy = base64.urlsafe_b64encode(self.legacy_secret.encode())
        octets = {"kty": "oct", "k": legacy.decode().rstrip("="), "alg": "HS256"}
        return json.dumps({"keys": [*self.jwks["keys"], octets]})

    @property
    def auth_jwt_keys(self) -> str:
        """The JWKs of Auth as JSON text: the one that signs, then others."""
        others = [_public(key) for key in self.trusted]
        return json.dumps([dict(self.signing_key), *others])

    def role_token(self, role: ApiRole) -> str:
        """Return the long-lived JWT that the gateway puts in an opaque key's place."""
        claims = {
            "iss": "supabase",
            "ref": "local",
            "role": role,
            "iat": self.created,
            "exp": self.created + TEN_YEARS,
        }
        return jwt.encode(claims, self.legacy_secret, algorithm="HS256")

    def password(self, role: str) -> str:
        """Return the password of one database role; it differs from role to role."""
        secret = self.database_secret.encode()
        return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()[:40]

    @property
    def hook_secret(self) -> str:
        """The secret with which the database signs its webhooks."""
        return self.password("database webhooks")

    @property
    def source_secret(self) -> str:
        """The secret with which functions prove network addresses to the database."""
        return self.password("sources of requests")


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    public = {name: value for name, value in key.items() if name not in PRIVATE_MEMBERS}
    return {**public, "key_ops": ["verify"]}


def signing_jwk() -> dict[str, Any]:
    """Generate a private ES256 JWK."""
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True)
    about = {"kid": str(uuid4()), "alg": "ES256", "use": "sig", "key_ops": ["sign"]}
    return {**jwk, **about}


def _write_private(path: Path, text: str) -> None:
    """Write aside, then link: of two starts at once, the first one's keys stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
