"""`make connect`: print what a deployment lacks; exit code 1 if anything."""

import os
import sys

from . import State, look


def main() -> int:
    """Run every check; return 1 when something is missing."""
    found = look(os.environ)
    lacking = [each for each in found if each.state is State.MISSING]
    if not lacking:
        print("\nNothing is missing.")
        return 0
    first = sum(not each.can_wait for each in lacking)
    print(f"\n{len(lacking)} missing, {first} of them before `make deploy`.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
