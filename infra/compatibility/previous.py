"""Which code runs while the new migrations are applied."""

import subprocess
from pathlib import Path
from typing import Final

MIGRATIONS: Final = "supabase/migrations"


class NoRelease(Exception):
    """There is no code before this one; the message is one sentence."""


def previous_release(root: Path) -> str:
    """The code before the newest migrations, as something git understands.

    That is the commit checked out, while migrations are not committed yet; else the
    last tag before it; else, on a line without tags, the commit before the one that
    touched the migrations last (a merge counts as one commit).

    Args:
        root: a git checkout.

    Raises:
        NoRelease: the migrations came with the first commit, or this is no checkout.
    """
    if _git(root, "status", "--porcelain", "--", MIGRATIONS):
        return "HEAD"
    if tag := _git(root, "describe", "--tags", "--abbrev=0", "HEAD^"):
        return tag
    touched = _git(root, "log", "-1", "--first-parent", "--format=%H", "--", MIGRATIONS)
    if touched and _git(root, "rev-parse", "--verify", "--quiet", f"{touched}^"):
        return f"{touched}^"
    raise NoRelease("There is no code before the newest migrations here.")


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing when it fails."""
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
