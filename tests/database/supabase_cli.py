"""The real Supabase CLI, in a project of its own that holds our migrations."""

import os
import shutil
import subprocess
from pathlib import Path

from infra.local.platform import ROOT


class SupabaseCli:
    """Runs the CLI against databases of the tests, without prompts and telemetry."""

    def __init__(self, binary: Path, project: Path) -> None:
        self._binary = binary
        self._project = project
        (project / "supabase").mkdir()
        shutil.copy(ROOT / "supabase" / "config.toml", project / "supabase")
        shutil.copytree(
            ROOT / "supabase" / "migrations", project / "supabase" / "migrations"
        )

    def run(self, dsn: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end, against a database, and expect it to succeed."""
        done = subprocess.run(  # noqa: S603
            [str(self._binary), *arguments, f"--remote={dsn}"],
            cwd=self._project,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self._project),
                "PGSSLMODE": "disable",
                "DO_NOT_TRACK": "1",
                "SUPABASE_TELEMETRY_DISABLED": "1",
            },
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done
