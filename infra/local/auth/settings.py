"""Read the settings of Auth from the environment, by Supabase Auth's names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

HOOK_SCHEME = "pg-functions://postgres/"


@dataclass(frozen=True)
class Settings:
    """Settings of the local Auth.

    Attributes:
        dsn: connection of the role `supabase_auth_admin`.
        issuer: the `iss` of access tokens, the public URL of Auth.
        signing_key: private ES256 JWK.
        trusted_keys: public ES256 JWKs that verify beside it.
        legacy_secret: HS256 secret of the role tokens.
        token_life: seconds that an access token lives.
        reuse_interval: seconds in which a used refresh token may be used again.
        autoconfirm: whether an email address counts as confirmed at sign-up.
        signup_disabled: whether only administrators create users.
        min_password: characters that a password must have.
        hook: `schema.function` that may change the claims; None leaves them.
        site_url: the frontend, where links of emails lead in the end.
        redirects: patterns of further addresses where they may lead.
        otp_life: seconds that the token of an email is good for.
        mail_folder: where emails are kept.
    """

    dsn: str = field(repr=False)
    issuer: str
    signing_key: Mapping[str, Any] = field(repr=False)
    trusted_keys: Sequence[Mapping[str, Any]]
    legacy_secret: str = field(repr=False)
    token_life: int
    reuse_interval: int
    autoconfirm: bool
    signup_disabled: bool
    min_password: int
    hook: str | None
    site_url: str
    redirects: Sequence[str]
    otp_life: int
    mail_folder: Path

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            KeyError: one is missing.
        """
        signing, *trusted = json.loads(environment["GOTRUE_JWT_KEYS"])
        hook = environment["GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI"]
        allowed = environment["GOTRUE_URI_ALLOW_LIST"]
        interval = environment["GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL"]
        return cls(
            dsn=environment["GOTRUE_DB_DATABASE_URL"],
            issuer=environment["GOTRUE_JWT_ISSUER"],
            signing_key=signing,
            trusted_keys=trusted,
            legacy_secret=environment["GOTRUE_JWT_SECRET"],
            token_life=int(environment["GOTRUE_JWT_EXP"]),
            reuse_interval=int(interval),
            autoconfirm=environment["GOTRUE_MAILER_AUTOCONFIRM"] == "true",
            signup_disabled=environment["GOTRUE_DISABLE_SIGNUP"] == "true",
            min_password=int(environment["GOTRUE_PASSWORD_MIN_LENGTH"]),
            hook=hook.removeprefix(HOOK_SCHEME).replace("/", ".") or None,
            site_url=environment["GOTRUE_SITE_URL"],
            redirects=list(filter(None, allowed.split(","))),
            otp_life=int(environment["GOTRUE_MAILER_OTP_EXP"]),
            mail_folder=Path(environment["MAIL_FOLDER"]),
        )
