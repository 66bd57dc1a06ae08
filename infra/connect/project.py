"""Check the Supabase project through its HTTP APIs."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from .findings import Finding, good, lacking, unknown

MANAGEMENT: Final = "https://api.supabase.com"
ASYMMETRIC: Final = ("ES256", "RS256")
HOOK: Final = "pg-functions://postgres/private/custom_access_token_hook"


class Project:
    """Checks of one project.

    Args:
        environment: has its address and its keys.
        web: a read-only HTTP client.
    """

    def __init__(self, environment: Mapping[str, str], web: httpx.Client) -> None:
        self._url = environment.get("SUPABASE_URL", "").rstrip("/")
        self._publishable = environment.get("SUPABASE_PUBLISHABLE_KEY", "")
        self._secret = environment.get("SUPABASE_SECRET_KEY", "")
        self._token = environment.get("SUPABASE_ACCESS_TOKEN", "")
        self._management = environment.get("SUPABASE_API_URL", MANAGEMENT)
        self._ref = environment.get("SUPABASE_PROJECT_ID") or _ref(self._url)
        self._web = web

    def checks(self) -> Iterator[Finding]:
        """Check address, keys and signing keys; then what only the owner may see."""
        if not self._url:
            page = self._page("settings/api-keys")
            yield lacking("Supabase project", "SUPABASE_URL is not set.", page)
            return
        project_answers = self._address()
        yield project_answers
        if project_answers.fix:
            return
        yield self._publishable_key()
        yield self._secret_key()
        yield self.exposed_schemas()
        yield self._signing_keys()
        yield from self._owner_settings()

    def _page(self, path: str) -> str:
        return f"https://supabase.com/dashboard/project/{self._ref}/{path}"

    def _address(self) -> Finding:
        about, parts = "Supabase project", urlsplit(self._url)
        if parts.scheme not in ("http", "https") or parts.path or not parts.hostname:
            message = "SUPABASE_URL is not the address of a project, without a path."
            return lacking(about, message, self._page("settings/api-keys"))
        try:
            self._web.get(f"{self._url}/auth/v1/health")
        except httpx.TransportError:
            message = (
                f"{self._url} does not answer; a paused project has to be resumed."
            )
            return lacking(about, message, self._page(""))
        return good(about, self._url)

    def _publishable_key(self) -> Finding:
        about, page = "publishable key", self._page("settings/api-keys")
        if self._publishable.startswith("sb_secret_"):
            message = (
                "SUPABASE_PUBLISHABLE_KEY is the secret key, which grants everything."
            )
            return lacking(about, message, page)
        answer = self._get("/auth/v1/settings", self._publishable)
        if not self._publishable or answer.is_client_error:
            message = "SUPABASE_PUBLISHABLE_KEY is not a key of this project."
            return lacking(about, message, page)
        return good(about)

    def _secret_key(self) -> Finding:
        about, page = "secret key", self._page("settings/api-keys")
        answer = self._get("/rest/v1/", self._secret) if self._secret else None
        if answer is None or answer.is_client_error:
            message = "SUPABASE_SECRET_KEY is not a secret key of this project."
            return lacking(about, message, page)
        return good(about)

    def exposed_schemas(self) -> Finding:
        """Try as a client would: functions must be in reach, and no table."""
        about, page = "exposed schemas", self._page("settings/api")
        headers = {"apikey": self._publishable, "Accept-Profile": "public"}
        tables = self._web.get(f"{self._url}/rest/v1/tickets", headers=headers)
        if tables.status_code == HTTPStatus.NOT_FOUND:  # as in a new project
            message = (
                "the Data API serves the schema public; expose the schema api and no"
                " other, once migrations have created it."
            )
            return lacking(about, message, page, can_wait=True)
        if tables.status_code != HTTPStatus.NOT_ACCEPTABLE:
            message = (
                "the Data API serves the schema public, and with it tables;"
                " expose the schema api and no other."
            )
            return lacking(about, message, page)
        if not self._get("/rest/v1/rpc/health", self._publishable).is_success:
            message = "expose the schema api, once migrations have created it."
            return lacking(about, message, page, can_wait=True)
        return good(about, "api")

    def _signing_keys(self) -> Finding:
        about = "token signing"
        answer = self._web.get(f"{self._url}/auth/v1/.well-known/jwks.json")
        keys = answer.json().get("keys", []) if answer.is_success else []
        kinds = sorted({key.get("alg", "unknown") for key in keys})
        if not kinds or not set(kinds) <= set(ASYMMETRIC):
            message = "tokens are signed with a shared secret, not with a key pair."
            return lacking(about, message, self._page("settings/jwt"), can_wait=True)
        return good(about, ", ".join(kinds))

    def _owner_settings(self) -> Iterator[Finding]:
        if not self._token:
            message = "set SUPABASE_ACCESS_TOKEN to check it, or see the page."
            yield unknown("token hook", message, self._page("auth/hooks"))
            yield unknown("Realtime settings", message, self._page("realtime/settings"))
            return
        yield self._hook()
        yield self._realtime()

    def _hook(self) -> Finding:
        about, page = "token hook", self._page("auth/hooks")
        settings = self._get_as_owner("config/auth")
        if settings is None:
            return unknown(about, "SUPABASE_ACCESS_TOKEN is refused.", page)
        on = settings.get("hook_custom_access_token_enabled")
        if not on or settings.get("hook_custom_access_token_uri") != HOOK:
            message = (
                "private.custom_access_token_hook is not enabled:"
                " frontends see no role."
            )
            # Not `supabase config push`: config.toml is the local stack's, without
            # confirmed addresses.
            return lacking(about, message, page, can_wait=True)
        return good(about)

    def _realtime(self) -> Finding:
        about, page = "Realtime settings", self._page("realtime/settings")
        settings = self._get_as_owner("config/realtime")
        if settings is None:
            return unknown(about, "SUPABASE_ACCESS_TOKEN is refused.", page)
        if settings.get("suspend"):
            return lacking(about, "Realtime is suspended.", page, can_wait=True)
        if "private_only" not in settings:  # the platform may not return it
            message = 'turn "Allow public access" off, so that channels are private.'
            return unknown(about, message, page)
        if not settings["private_only"]:
            return lacking(about, "channels may be public.", page, can_wait=True)
        rate = settings.get("max_events_per_second")
        return good(about, f"at most {rate} messages a second" if rate else "")

    def _get(self, path: str, key: str) -> httpx.Response:
        return self._web.get(f"{self._url}{path}", headers={"apikey": key})

    def _get_as_owner(self, path: str) -> dict[str, Any] | None:
        answer = self._web.get(
            f"{self._management}/v1/projects/{self._ref}/{path}",
            headers={"Authorization": f"Bearer {self._token}"},
        )
        return dict(answer.json()) if answer.is_success else None


def _ref(url: str) -> str:
    """Return the project reference in an address, or `_`, for which the page asks."""
    name, _, platform = (urlsplit(url).hostname or "").partition(".")
    return name if platform == "supabase.co" else "_"
