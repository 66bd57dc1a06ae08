"""The services of one stack with their ports, keys and settings."""

import json
import os
import sys
from dataclasses import replace

from infra.local.config import ProjectConfig
from infra.local.platform import Platform, Ports
from infra.local.ports import HOST, free_ports
from infra.local.processes import Service

from .deployment import Deployment
from .home import ROOT, Home
from .ports import PublicPorts


class Layout:
    """The services of one stack.

    Args:
        home: the folder of its data.
        ports: of the services that people use; the others get any free ones.
    """

    def __init__(self, home: Home, ports: PublicPorts) -> None:
        self._home = home
        self._ports = ports
        self._platform = platform = _platform(home, ports)
        self.deployment = Deployment(
            api_url=f"http://{HOST}:{ports.api}",
            supabase_url=platform.url,
            supabase_publishable_key=platform.keys.publishable,
            supabase_secret_key=platform.keys.secret,
            database_url=platform.cluster.dsn("postgres"),
            aws_endpoint_url=f"http://{HOST}:{ports.aws}",
            demo_password=Deployment.password(home.deployment),
        )

    def platform(self) -> list[Service]:
        """Prepare the database and return the services of Supabase in start order.

        `AUTOCRM_POSTGREST` names a binary where npm has none for the machine.

        Raises:
            MissingPostgres: the database is not installed.
        """
        services = self._platform.services()
        if binary := os.environ.get("AUTOCRM_POSTGREST"):
            return [
                replace(each, command=[binary]) if each.name == "postgrest" else each
                for each in services
            ]
        return services

    def cloud(self) -> tuple[Service, Service]:
        """Return the AWS stand-in, and the functions, which wait for it.

        `ALLOWED_ORIGINS` names the frontends that a browser lets call the functions.
        """
        return self._aws(), self._functions()

    @property
    def vault(self) -> dict[str, str]:
        """The secrets of the database: for its webhooks and for network addresses."""
        return {
            "autocrm_webhook_url": f"{self.deployment.api_url}/v1/hooks/database",
            "autocrm_webhook_secret": self._platform.keys.hook_secret,
            "autocrm_source_secret": self._platform.keys.source_secret,
        }

    def remove(self) -> None:
        """Delete everything a stopped stack has kept, and nothing else."""
        self._platform.cluster.remove()
        self._home.remove()

    def _aws(self) -> Service:
        return Service(
            name="aws",
            command=[sys.executable, "-m", "infra.local.aws", str(self._ports.aws)],
            environment={"PYTHONPATH": str(ROOT)},
            ready=f"{self.deployment.aws_endpoint_url}/moto-api/data.json",
        )

    def _functions(self) -> Service:
        options = {
            "--template": ROOT / "template.yaml",
            "--port": self._ports.api,
            "--aws": self.deployment.aws_endpoint_url,
            "--logs": self._home.function_logs,
            "--node-modules": ROOT / ".autocrm" / "node" / "node_modules",
        }
        command = [sys.executable, "-m", "infra.local.cloud"]
        command += [str(item) for option in options.items() for item in option]
        parameters = {
            "SupabaseUrl": self.deployment.supabase_url,
            "SupabasePublishableKey": self.deployment.supabase_publishable_key,
            "LimitByAddress": "true",
            "WebhookAllowPrivate": "true",
        }
        # By the names that the template makes of the stack's, which is `local` here.
        secrets = {
            "/local/supabase-secret-key": self.deployment.supabase_secret_key,
            "/local/supabase-source-secret": self._platform.keys.source_secret,
            "/local/webhook-secrets": self._platform.keys.hook_secret,
        }
        if origins := os.environ.get("ALLOWED_ORIGINS"):
            parameters["AllowedOrigins"] = origins
        return Service(
            name="functions",
            command=command,
            environment={
                "PYTHONPATH": str(ROOT),
                "AUTOCRM_PARAMETERS": json.dumps(parameters),
                "AUTOCRM_SECRETS": json.dumps(secrets),
            },
            ready=f"{self.deployment.api_url}/.local/health",
        )


def _platform(home: Home, ports: PublicPorts) -> Platform:
    internal = ("rest", "rest_admin", "auth", "realtime", "webhooks")
    free = dict(zip(internal, free_ports(len(internal)), strict=True))
    return Platform(
        home.path,
        Ports(api=ports.supabase, postgres=ports.database, **free),
        ProjectConfig.load(ROOT / "supabase" / "config.toml"),
    )
