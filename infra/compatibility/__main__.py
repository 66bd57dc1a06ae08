"""Try the previous release over the new migrations: `make compat`."""

import subprocess
import sys

from . import LEFT_OUT, NoRelease, Trial, previous_release
from .trial import ROOT


def main() -> int:
    """Return 0 when the old code's tests pass over the new database."""
    try:
        code = sys.argv[1] if len(sys.argv) > 1 else previous_release(ROOT)
    except NoRelease as nothing:
        print(nothing)
        return 0
    show = ["git", "log", "-1", "--format=%h %s", code]
    print("Code:       ", flush=True, end="")
    subprocess.run(show, cwd=ROOT, check=True)
    print("Migrations: those of this checkout")
    for name, reason in LEFT_OUT.items():
        print(f"Left out:   {name} ({reason})", flush=True)
    return Trial(code, ROOT / "supabase" / "migrations").run()


if __name__ == "__main__":
    sys.exit(main())
