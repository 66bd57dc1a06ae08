"""The Supabase half of a desk, under the ports and the configuration of a checkout."""

from infra.local.config import ProjectConfig
from infra.local.platform import Platform, Ports

from .home import ROOT, Home
from .ports import PublicPorts, free_ports

__all__ = ["Platform", "platform_of"]


def platform_of(home: Home, ports: PublicPorts) -> Platform:
    """Lay out the platform; the ports that people never see are any free ones."""
    inner = ("rest", "rest_admin", "auth", "realtime", "webhooks")
    hidden = dict(zip(inner, free_ports(len(inner)), strict=True))
    return Platform(
        home.path,
        Ports(api=ports.supabase, postgres=ports.database, **hidden),
        ProjectConfig.load(ROOT / "supabase" / "config.toml"),
    )
