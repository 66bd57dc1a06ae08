"""Running scripts of Node.js that use the official clients."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def run_script(script: Path, node_modules: Path, settings: Mapping[str, str]) -> Any:
    """Run a script with settings on its stdin, and return the JSON it prints last."""
    document = {"modules": f"{node_modules}/", **settings}
    done = subprocess.run(  # noqa: S603
        ["node", "--no-warnings", str(script)],  # noqa: S607
        input=json.dumps(document),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
