"""The Supabase preview branch of a pull request, by the variables that we read."""

import shlex
from collections.abc import Callable, Mapping
from typing import Final

OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "SUPABASE_URL": ("SUPABASE_URL",),
    "SUPABASE_DB_URL": ("POSTGRES_URL_NON_POOLING", "POSTGRES_URL"),
    "SUPABASE_PUBLISHABLE_KEY": ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
    "SUPABASE_SECRET_KEY": ("SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY"),
}


class NoBranch(Exception):
    """The branch does not tell what a deployment needs; the message says what."""


def branch_variables(branch: str, ask: Callable[[str], str]) -> dict[str, str]:
    """The address and the keys of a preview branch, under our names.

    Args:
        branch: its name, which is that of the git branch.
        ask: tells what `supabase branches get <branch> --output env` prints.

    Raises:
        NoBranch: something is not told.
    """
    told = dict(
        line.partition("=")[::2]
        for line in shlex.split(ask(branch), comments=True)
        if "=" in line
    )
    found = {
        name: next((told[each] for each in theirs if told.get(each)), "")
        for name, theirs in OURS.items()
    }
    if untold := [name for name, value in found.items() if not value]:
        raise NoBranch(
            f"The preview branch {branch} does not tell {', '.join(untold)}:"
            " is it there? (supabase branches list)"
        )
    return found


def own_places(stack: str) -> dict[str, str]:
    """Where the secrets of a pull request's stack are kept, apart from all others."""
    return {
        "SUPABASE_SECRET_KEY_PARAMETER": f"/{stack}/supabase-secret-key",
        "WEBHOOK_SECRETS_PARAMETER": f"/{stack}/webhook-secrets",
    }


def stack_of(number: str) -> str:
    """The name of a pull request's stack.

    Raises:
        NoBranch: that is no number of a pull request.
    """
    if not number.isdecimal():
        raise NoBranch(f"{number!r} is no number of a pull request.")
    return f"autocrm-pr-{number}"
