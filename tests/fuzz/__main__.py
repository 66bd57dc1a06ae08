"""`python -m tests.fuzz MINUTES`: everybody, for so many minutes in all."""

import sys
import tempfile
from pathlib import Path

from tests.open_desk import open_desk

from .runs import fuzz_everybody

if __name__ == "__main__":
    failed = False
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder, "home")) as it:
        for run in fuzz_everybody(it.desk, 60 * float(sys.argv[1])):
            print(f"--- {run.who}", run.report, sep="\n", flush=True)
            failed |= run.failed
    sys.exit(failed)
