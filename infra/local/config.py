"""Read the settings of `supabase/config.toml` that the local Supabase follows."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class ProjectConfig:
    """Settings of a Supabase project, with the hosted defaults.

    Attributes:
        schemas: exposed by the REST API.
        extra_search_path: schemas searched after the request's.
        max_rows: rows that one response holds at most.
        token_life: seconds that an access token lives.
        reuse_interval: seconds in which a used refresh token may be used again.
        min_password: characters that a password must have.
        signup: whether people may sign up.
        confirmations: whether an address must be confirmed first.
        access_token_hook: `pg-functions://...` that may change the claims, or empty.
        site_url: the frontend, where the links of emails lead.
        redirects: patterns of further addresses where they may lead.
        otp_life: seconds that the token of an email is good for.
    """

    schemas: tuple[str, ...] = ("public",)
    extra_search_path: tuple[str, ...] = ("public", "extensions")
    max_rows: int = 1000
    token_life: int = 3600
    reuse_interval: int = 10
    min_password: int = 6
    signup: bool = True
    confirmations: bool = False
    access_token_hook: str = ""
    site_url: str = "http://localhost:3000"
    redirects: tuple[str, ...] = ()
    otp_life: int = 3600

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file of the Supabase CLI; without one the defaults hold."""
        if not path.exists():
            return cls()
        document = tomllib.loads(path.read_text())
        api, auth = document.get("api", {}), document.get("auth", {})
        hook = auth.get("hook", {}).get("custom_access_token", {})
        email = auth.get("email", {})
        values: dict[str, Any] = {
            "schemas": _names(api.get("schemas")),
            "extra_search_path": _names(api.get("extra_search_path")),
            "max_rows": api.get("max_rows"),
            "token_life": auth.get("jwt_expiry"),
            "reuse_interval": auth.get("refresh_token_reuse_interval"),
            "min_password": auth.get("minimum_password_length"),
            "signup": auth.get("enable_signup"),
            "confirmations": email.get("enable_confirmations"),
            "access_token_hook": hook.get("uri") if hook.get("enabled") else None,
            "site_url": auth.get("site_url"),
            "redirects": _tuple(auth.get("additional_redirect_urls")),
            "otp_life": email.get("otp_expiry"),
        }
        return cls(
            **{name: value for name, value in values.items() if value is not None}
        )


def _tuple(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _names(value: list[str] | None) -> tuple[str, ...] | None:
    """Return the schemas without those of the optional GraphQL extension."""
    if value is None:
        return None
    return tuple(name for name in value if name != "graphql_public")
