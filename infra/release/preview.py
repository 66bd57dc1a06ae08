"""`make preview`: a stack for a pull request, over its Supabase preview branch."""

import os
import shlex
import subprocess
from typing import Final

from infra.supabase_cli import NoSupabaseCli, find_cli

from .deploy import deploy_steps
from .stack import Stack
from .steps import Step, Stopped

NAMES: Final = {
    "SUPABASE_URL": ("SUPABASE_URL",),
    "SUPABASE_DB_URL": ("POSTGRES_URL_NON_POOLING", "POSTGRES_URL"),
    "SUPABASE_PUBLISHABLE_KEY": ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
    "SUPABASE_SECRET_KEY": ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY"),
}
"""Our variables, and what the Supabase CLI calls them."""


def preview_steps(number: str, branch: str) -> list[Step]:
    """Return the steps that deploy a pull request's stack without asking.

    Raises:
        Stopped: that is no number, or the branch has no database yet.
    """
    environment = stack_variables(number)
    given = branch_variables(branch, _get_branch(branch))
    return deploy_steps(Stack({**os.environ, **environment, **given}, yes=True))


def preview_end_steps(number: str) -> list[Step]:
    """Return the steps that delete a pull request's stack without asking.

    Raises:
        Stopped: that is no number.
    """
    stack = Stack({**os.environ, **stack_variables(number)}, yes=True)
    again = "Run `make preview-end` again, or delete it by hand."
    return [
        Step(f"Delete {stack.name}", stack.delete, again),
        Step("Delete its secrets", stack.delete_secrets, again),
    ]


def stack_variables(number: str) -> dict[str, str]:
    """Return the variables that give a pull request a stack of its own.

    Raises:
        Stopped: that is no number.
    """
    if not number.isdecimal():
        raise Stopped(f"{number!r} is not the number of a pull request.")
    return {"STACK_NAME": f"autocrm-pr-{number}"}


def branch_variables(branch: str, printed: str) -> dict[str, str]:
    """Return the address and the keys of a preview branch, under our names.

    Args:
        branch: its name, which is that of the git branch.
        printed: by `supabase branches get <branch> --output env`.

    Raises:
        Stopped: something is missing.
    """
    words = [each.partition("=") for each in shlex.split(printed, comments=True)]
    given = {name: value for name, _, value in words if value}
    found = {
        ours: next((given[each] for each in theirs if each in given), "")
        for ours, theirs in NAMES.items()
    }
    if absent := [name for name, value in found.items() if not value]:
        raise Stopped(
            f"The preview branch {branch} has no {', '.join(absent)}:"
            " does it exist? (supabase branches list)"
        )
    return found


def _get_branch(branch: str) -> str:
    """Ask the CLI, which reads SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_ID."""
    try:
        remote = f"--remote={os.environ.get('SUPABASE_PROJECT_ID', '')}"
        command = [find_cli(), "branches", "get", branch, "--output", "env", remote]
    except NoSupabaseCli as error:
        raise Stopped(str(error)) from error
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stopped(done.stderr.strip() or "The Supabase CLI failed.")
    return done.stdout
