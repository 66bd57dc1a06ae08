"""The commands behind `make`: `python -m infra.release deploy|rollback|smoke|...`."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from .deploy import deploy_steps
from .preview import preview_end_steps, preview_steps
from .rollback import rollback_steps
from .stack import OUT, Stack
from .steps import Step, Stopped, run_steps

VERBS = ("deploy", "rollback", "smoke", "preview", "preview-end")


def main() -> int:
    """Run one command; return 1 when a step of it failed."""
    parser = argparse.ArgumentParser(prog="infra.release", description=__doc__)
    parser.add_argument("verb", choices=VERBS)
    parser.add_argument("arguments", nargs="*", help="URL, or PR and BRANCH")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--built", type=Path, help="a built template, instead of ours")
    OUT.mkdir(exist_ok=True)
    try:
        run_steps(_steps(parser.parse_args()))
    except Stopped as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 1
    return 0


def _steps(options: argparse.Namespace) -> list[Step]:
    stack = Stack(os.environ, options.yes)
    first, second = [*options.arguments, "", ""][:2]
    match options.verb:
        case "deploy":
            return deploy_steps(stack, options.built)
        case "rollback":
            return rollback_steps(stack)
        case "preview":
            return preview_steps(first, second)
        case "preview-end":
            return preview_end_steps(first)
    return [Step("Smoke test", partial(stack.smoke, first), "Look at the logs.")]


if __name__ == "__main__":
    sys.exit(main())
