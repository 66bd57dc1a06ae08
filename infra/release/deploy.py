"""`make deploy`: check, migrate, build, store secrets, deploy, smoke test."""

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from infra.connect import State, exposed_schemas, look, migrations_of
from infra.supabase_cli import NoSupabaseCli, SupabaseCli

from .releases import Release, store_template
from .stack import Stack
from .steps import ROOT, Step, Stopped, run

BUILT: Final = ROOT / ".aws-sam" / "build" / "template.yaml"
AGAIN: Final = "Correct it and run `make deploy` again; nothing is done twice."
UNCHANGED: Final = f"The old code still runs. {AGAIN}"


def deploy_steps(stack: Stack, built: Path | None = None) -> list[Step]:
    """Return the steps of a deployment: migrations before the code that needs them.

    Args:
        stack: what is deployed to.
        built: SAM's built template; None builds it.
    """
    build = [Step("Build", partial(run, "make", "build"), UNCHANGED)]
    template = built or BUILT
    return [
        Step("Look", partial(_look, stack.environment), AGAIN),
        Step("Migrate", partial(_migrate, stack), UNCHANGED),
        *([] if built else build),
        Step("Store secrets", stack.store_secrets, UNCHANGED),
        Step("Deploy", partial(_deploy, stack, template), UNCHANGED),
        Step("Smoke test", stack.smoke, "Go back with `make rollback`."),
    ]


def _look(environment: Mapping[str, str]) -> None:
    lacking = [each for each in look(environment) if each.state is State.MISSING]
    if blocking := [each.about for each in lacking if not each.can_wait]:
        raise Stopped(f"not ready: {', '.join(blocking)}.")


def _migrate(stack: Stack) -> None:
    try:
        cli = SupabaseCli(stack.environment["SUPABASE_DB_URL"])
    except NoSupabaseCli as error:
        raise Stopped(str(error)) from error
    if cli.run_in_terminal("db", "push", *(["--yes"] if stack.yes else [])):
        raise Stopped("the Supabase CLI did not apply every migration.")
    require_exposed_schema(stack.environment)


def require_exposed_schema(environment: Mapping[str, str]) -> None:
    """Check that clients reach the functions that migrations created, and no table.

    Raises:
        Stopped: the project's settings, which the CLI does not change, say otherwise.
    """
    schemas = exposed_schemas(environment)
    if schemas.state is State.MISSING:
        raise Stopped(f"{schemas.message} {schemas.fix}")


def _deploy(stack: Stack, template: Path) -> None:
    previous = ""
    if running := stack.template():
        bucket = stack.environment.get("DEPLOY_BUCKET", "")
        previous = store_template(stack.client("s3"), stack.name, running, bucket)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    release = Release(name, _commit(), migrations_of()[-1], previous)
    stack.deploy(release.stamp(template))


def _commit() -> str:
    """Return which commit this is, and whether it was changed since."""
    describe = ["git", "describe", "--always", "--dirty=+changes", "--abbrev=12"]
    done = subprocess.run(
        describe, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
