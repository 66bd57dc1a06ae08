"""Figures, beside the limit that each has to keep."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = ("fastapi", "mangum", "postgrest", "pydantic", "httpx", "awslambdaric")


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        bench: which bench measured it.
        what: of what.
        value: in `unit`.
        limit: the most it may be; None where it only informs.
        detail: what it was made of.
    """

    bench: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        return "met" if self.value <= self.limit else "MISSED"

    def line(self) -> str:
        value = f"{self.value:,.2f}" if self.unit == "x" else f"{self.value:,.1f}"
        limit = "" if self.limit is None else f"at most {self.limit:g} {self.unit}"
        columns = (
            f"{value:>10} {self.unit:<8} {limit:16} {self.verdict:7} {self.detail}"
        )
        return f"  {self.what:36} {columns}".rstrip()


def machine() -> dict[str, object]:
    """Say where this was measured."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return {
        "system": platform.platform(),
        "processor": models[0] if models else platform.machine(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def save(figures: Iterable[Figure], path: Path) -> None:
    """Keep the figures, and what they were measured on."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    document = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {"python": platform.python_version(), **versions},
        "figures": [{**asdict(each), "verdict": each.verdict} for each in figures],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
