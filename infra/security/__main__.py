"""The commands behind `make audit`, `make secrets` and `make sbom`."""

import argparse
import sys
from pathlib import Path

from .leaks import find_leaks
from .packages import NotAudited, audit, write_bill

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run one command; return 1 when it found something."""
    parser = argparse.ArgumentParser(prog="infra.security", description=__doc__)
    parser.add_argument("verb", choices=["audit", "secrets", "sbom"])
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--out", type=Path, default=ROOT / ".aws-sam" / "sbom.cdx.json")
    options = parser.parse_args()
    match options.verb:
        case "audit":
            return _audit(options.root)
        case "secrets":
            leaks = list(find_leaks(options.root))
            print(*leaks, sep="\n", end="\n" if leaks else "")
            return bool(leaks)
        case _:
            write_bill(options.root, options.out)
            print(f"The bill of materials is {options.out}")
            return 0


def _audit(root: Path) -> int:
    locks = root / "infra" / "locks"
    try:
        audit(locks / name for name in ("runtime.txt", "dev.txt", "sam.txt"))
    except NotAudited as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
