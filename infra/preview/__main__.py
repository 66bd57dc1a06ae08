"""The verbs `make preview PR=7 BRANCH=name` and `make preview-end PR=7`."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from rich.console import Console

from infra.local.cloud.template import load_document
from infra.release import Deployment, Guide, Step, Stopped, Switch
from infra.stack import open_session
from infra.supabase_cli import NoSupabaseCli, find_cli

from . import NoBranch, branch_variables, own_places, stack_of

ROOT = Path(__file__).parents[2]


def main(number: str, branch: str = "") -> int:
    """Bring a pull request's desk up, or, without a branch, take it away.

    The questions are answered beforehand: nobody but the pull request uses this desk.
    """
    guide = Guide(Console(highlight=False), yes=True)
    try:
        stack = stack_of(number)
        environment = {**os.environ, **own_places(stack), "STACK_NAME": stack}
        if branch:
            environment |= branch_variables(branch, _ask)
            switch = Switch(open_session(), stack, environment, guide)
            guide.walk(Deployment(environment, guide, switch).steps())
        else:
            switch = Switch(open_session(), stack, environment, guide)
            template = load_document(ROOT / "template.yaml")
            again = "Run `make preview-end` again, or delete it by hand."
            forget = partial(switch.forget_secrets, template)
            guide.walk(
                [
                    Step(f"Take {stack} away", switch.remove, again),
                    Step("Forget its secrets", forget, again),
                ]
            )
    except (NoBranch, NoSupabaseCli, Stopped) as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 1
    return 0


def _ask(branch: str) -> str:
    """What the CLI prints; it needs SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_ID."""
    remote = f"--remote={os.environ.get('SUPABASE_PROJECT_ID', '')}"
    command = [find_cli(), "branches", "get", branch, "--output", "env", remote]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoBranch(done.stderr.strip() or "The Supabase CLI failed.")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
