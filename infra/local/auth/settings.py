"""What the environment says, under the names that Supabase Auth reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

HOOK_SCHEME = "pg-functions://postgres/"


@dataclass(frozen=True)
class Settings:
    """Configuration of the local Auth.

    Attributes:
        dsn: connection of the role `supabase_auth_admin`.
        port: where to listen on 127.0.0.1.
        issuer: the `iss` of access tokens, the public URL of Auth.
        signing_key: private ES256 JWK.
        trusted_keys: public ES256 JWKs that verify beside it.
        legacy_secret: HS256 secret of the role tokens.
        token_life: seconds that an access token lives.
        reuse_interval: seconds that a used refresh token is still forgiven.
        autoconfirm: whether an e-mail address counts as confirmed at sign-up.
        signup_disabled: whether only administrators make users.
        min_password: characters that a password must have.
        bcrypt_cost: rounds of the password hash, as a power of two.
        hook: `schema.function` that may change the claims; None leaves them.
    """

    dsn: str = field(repr=False)
    port: int
    issuer: str
    signing_key: Mapping[str, Any] = field(repr=False)
    trusted_keys: Sequence[Mapping[str, Any]]
    legacy_secret: str = field(repr=False)
    token_life: int
    reuse_interval: int
    autoconfirm: bool
    signup_disabled: bool
    min_password: int
    bcrypt_cost: int
    hook: str | None

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            KeyError: a name without a default is missing.
        """
        get = environment.get
        signing, *trusted = json.loads(environment["GOTRUE_JWT_KEYS"])
        hook = get("GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI", "")
        return cls(
            dsn=environment["GOTRUE_DB_DATABASE_URL"],
            port=int(get("PORT", "9999")),
            issuer=environment["GOTRUE_JWT_ISSUER"],
            signing_key=signing,
            trusted_keys=trusted,
            legacy_secret=environment["GOTRUE_JWT_SECRET"],
            token_life=int(get("GOTRUE_JWT_EXP", "3600")),
            reuse_interval=int(
                get("GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL", "10")
            ),
            autoconfirm=get("GOTRUE_MAILER_AUTOCONFIRM", "true") == "true",
            signup_disabled=get("GOTRUE_DISABLE_SIGNUP", "false") == "true",
            min_password=int(get("GOTRUE_PASSWORD_MIN_LENGTH", "6")),
            bcrypt_cost=int(get("GOTRUE_BCRYPT_COST", "10")),
            hook=hook.removeprefix(HOOK_SCHEME).replace("/", ".") or None,
        )
