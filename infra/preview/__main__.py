"""The verbs `make preview PR=7 BRANCH=name` and `make preview-end PR=7`."""

import os
import subprocess
import sys

from rich.console import Console

from infra.release import Deployment, Guide, Step, Stopped, Switch
from infra.stack import open_session
from infra.supabase_cli import NoSupabaseCli, find_cli

from . import NoBranch, branch_variables, stack_of


def main(number: str, branch: str = "") -> int:
    """Bring a pull request's desk up, or, without a branch, take it away.

    The questions are answered beforehand: nobody but the pull request uses this desk.
    """
    guide = Guide(Console(highlight=False), yes=True)
    try:
        stack = stack_of(number)
        if branch:
            told = branch_variables(branch, _ask)
            environment = {**os.environ, **told, "STACK_NAME": stack}
            switch = Switch(open_session(), stack, environment, guide)
            guide.walk(Deployment(environment, guide, switch).steps())
        else:
            switch = Switch(open_session(), stack, os.environ, guide)
            again = "Run `make preview-end` again, or delete it by hand."
            guide.walk([Step(f"Take {stack} away", switch.remove, again)])
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
