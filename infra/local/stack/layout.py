"""What a desk is made of: its parts under given ports, its keys, its migrations."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from infra.local.part import Part

from .desk import Desk
from .home import ROOT, Home
from .ports import HOST, PublicPorts
from .supabase import platform_of

PROOF_PLACE = "/autocrm/supabase-source-secret"
"""Where the functions of a local desk read what proves addresses."""


class Layout:
    """The parts of one desk.

    Args:
        home: where it lives.
        ports: where people reach it.
        template: the functions.
    """

    def __init__(
        self,
        home: Home,
        ports: PublicPorts,
        template: Path = ROOT / "template.yaml",
    ) -> None:
        self._home = home
        self._ports = ports
        self._platform = platform = platform_of(home, ports)
        self._template = template
        self.desk = Desk(
            api_url=f"http://{HOST}:{ports.api}",
            supabase_url=platform.url,
            supabase_publishable_key=platform.keys.publishable,
            supabase_secret_key=platform.keys.secret,
            database_url=platform.cluster.dsn("postgres"),
            aws_endpoint_url=f"http://{HOST}:{ports.aws}",
            demo_password=Desk.password(home.desk),
        )

    def platform(self) -> list[Part]:
        """The database, made if this home is new, then what stands on it.

        `AUTOCRM_POSTGREST` names a binary where npm has none for the machine.

        Raises:
            MissingPostgres: the database is not installed.
        """
        own = os.environ.get("AUTOCRM_POSTGREST")
        parts = self._platform.parts()
        if own is None:
            return parts
        return [
            replace(part, command=[own]) if part.name == "postgrest" else part
            for part in parts
        ]

    @property
    def vault(self) -> dict[str, str]:
        """What the database keeps secret: whom its webhooks wake, and the proof."""
        return {
            "autocrm_webhook_url": f"{self.desk.api_url}/v1/hooks/database",
            "autocrm_webhook_secret": self._platform.keys.hook_secret,
            "autocrm_source_secret": self._platform.keys.source_secret,
        }

    def cloud(self) -> tuple[Part, Part]:
        """AWS, then the functions, which need its queues."""
        return self._aws(), self._functions()

    def remove(self) -> None:
        """Delete everything a stopped desk has kept, and nothing else."""
        self._platform.cluster.remove()
        self._home.remove()

    def _aws(self) -> Part:
        address = ["-H", HOST, "-p", str(self._ports.aws)]
        return Part(
            name="aws",
            command=[sys.executable, "-m", "moto.server", *address],
            environment={},
            ready=f"{self.desk.aws_endpoint_url}/moto-api/data.json",
        )

    def _functions(self) -> Part:
        options = {
            "--template": self._template,
            "--port": self._ports.api,
            "--aws": self.desk.aws_endpoint_url,
            "--logs": self._home.function_logs,
            "--node-modules": ROOT / ".autocrm" / "node" / "node_modules",
        }
        command = [sys.executable, "-m", "infra.local.cloud"]
        command += [str(item) for option in options.items() for item in option]
        parameters = {
            "SupabaseUrl": self.desk.supabase_url,
            "SupabasePublishableKey": self.desk.supabase_publishable_key,
            "SupabaseSourceSecretParameter": PROOF_PLACE,
            "WebhookAllowPrivate": "true",
        }
        # Where the template looks for them.
        secrets = {
            "/autocrm/supabase-secret-key": self.desk.supabase_secret_key,
            PROOF_PLACE: self._platform.keys.source_secret,
            "/autocrm/webhook-secrets": self._platform.keys.hook_secret,
        }
        return Part(
            name="functions",
            command=command,
            environment={
                "PYTHONPATH": str(ROOT),
                "AUTOCRM_PARAMETERS": json.dumps(parameters),
                "AUTOCRM_SECRETS": json.dumps(secrets),
            },
            ready=f"{self.desk.api_url}/.local/health",
        )
