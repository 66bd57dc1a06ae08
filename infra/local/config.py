"""The project's own `supabase/config.toml`, as far as the local platform obeys it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class ProjectConfig:
    """What a hosted project is configured with; defaults are the platform's.

    Attributes:
        schemas: those that the REST API shows.
        extra_search_path: schemas searched after the request's.
        max_rows: rows that one answer holds at most.
        token_life: seconds that an access token lives.
        reuse_interval: seconds that a used refresh token is forgiven.
        min_password: characters that a password must have.
        signup: whether people may make users of themselves.
        confirmations: whether an address must be confirmed first.
        access_token_hook: `pg-functions://...` that may change the claims, or empty.
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

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file of the Supabase CLI; without one the defaults hold."""
        if not path.exists():
            return cls()
        document = tomllib.loads(path.read_text())
        api, auth = document.get("api", {}), document.get("auth", {})
        hook = auth.get("hook", {}).get("custom_access_token", {})
        said: dict[str, Any] = {
            "schemas": _names(api.get("schemas")),
            "extra_search_path": _names(api.get("extra_search_path")),
            "max_rows": api.get("max_rows"),
            "token_life": auth.get("jwt_expiry"),
            "reuse_interval": auth.get("refresh_token_reuse_interval"),
            "min_password": auth.get("minimum_password_length"),
            "signup": auth.get("enable_signup"),
            "confirmations": auth.get("email", {}).get("enable_confirmations"),
            "access_token_hook": hook.get("uri") if hook.get("enabled") else None,
        }
        return cls(**{name: value for name, value in said.items() if value is not None})


def _names(value: list[str] | None) -> tuple[str, ...] | None:
    """Return the schemas without those of the optional GraphQL extension."""
    if value is None:
        return None
    return tuple(name for name in value if name != "graphql_public")
