"""`python -m tests.fuzz MINUTES`: everybody, for so many minutes in all."""

import sys
import tempfile
from pathlib import Path

from tests.open_desk import open_desk

from .everybody import try_everybody

if __name__ == "__main__":
    failed = False
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        for tried in try_everybody(it.desk, 60 * float(sys.argv[1])):
            print(f"--- {tried.who}", tried.said, sep="\n", flush=True)
            failed |= tried.failed
    sys.exit(failed)
