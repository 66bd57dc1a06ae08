"""The commands behind `make build`: `python -m infra.build VERB`."""

import argparse
import os
import sys
from pathlib import Path

from .authorities import NoOpenssl
from .function import NoSuchFunction, build_function
from .layer import build_core, build_shared
from .sizes import show_sizes
from .target import Target, UnknownTarget

ERRORS = (NoOpenssl, NoSuchFunction, UnknownTarget)


def main() -> int:
    """Build one artifact, or print sizes; an error is one sentence."""
    parser = argparse.ArgumentParser(prog="infra.build", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("core", help="packages and CAs").add_argument("out", type=Path)
    verbs.add_parser("shared", help="the package shared").add_argument("out", type=Path)
    function = verbs.add_parser("function", help="one function")
    function.add_argument("name", help="as in the template, such as CreateTicket")
    function.add_argument("out", type=Path)
    verbs.add_parser("sizes", help="zipped").add_argument("built", type=Path)
    options = parser.parse_args()
    try:
        match options.verb:
            case "core":
                build_core(options.out, Target.from_environment(os.environ))
            case "shared":
                build_shared(options.out, Target.from_environment(os.environ))
            case "function":
                target = Target.from_environment(os.environ)
                build_function(options.name, options.out, target)
            case "sizes":
                show_sizes(options.built)
    except ERRORS as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
