"""Write the bill of materials: the packages of the layer, as CycloneDX."""

import subprocess
import sys
from pathlib import Path


def write_bill(root: Path, out: Path) -> None:
    """Write the bill from the layer's lock: valid, and the same at every run.

    Raises:
        subprocess.CalledProcessError: it would be invalid; the reason was printed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"]
    command += ["infra/locks/runtime.txt", "--pyproject", "pyproject.toml"]
    command += ["--of", "JSON", "--output-reproducible", "--validate", "-o", str(out)]
    subprocess.run(command, cwd=root, check=True)
