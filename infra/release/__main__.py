"""The verbs behind `make`: `python -m infra.release deploy|rollback|smoke`."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from infra.stack import open_session, stack_name

from . import Deployment, Guide, Rollback, Step, Stopped, Switch


def main() -> int:
    """Walk one verb's steps; whoever stops says how to go on, with exit code 1."""
    parser = argparse.ArgumentParser(prog="infra.release", description=__doc__)
    parser.add_argument("--yes", action="store_true", help="answer yes beforehand")
    verbs = parser.add_subparsers(dest="verb", required=True)
    deploy = verbs.add_parser("deploy", help="bring this checkout to the cloud")
    deploy.add_argument("--built", type=Path, help="a built template, instead of ours")
    verbs.add_parser("rollback", help="bring back the code that ran before")
    verbs.add_parser("smoke", help="try a deployment").add_argument(
        "url", nargs="?", default=""
    )
    options = parser.parse_args()
    guide = Guide(Console(highlight=False), options.yes)
    try:
        guide.walk(_steps(options, guide))
    except Stopped as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 1
    return 0


def _steps(options: argparse.Namespace, guide: Guide) -> list[Step]:
    switch = Switch(open_session(), stack_name(), os.environ, guide)
    match options.verb:
        case "deploy":
            return Deployment(os.environ, guide, switch, options.built).steps()
        case "rollback":
            return Rollback(os.environ, guide, switch).steps()
    return [Step("Try", lambda: switch.try_it(options.url), "See the functions' logs.")]


if __name__ == "__main__":
    sys.exit(main())
