"""`make deploy`: look, migrate, build, package, keep secrets, propose, apply, try."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from infra.connect import State, look, migrations_of
from infra.stack import Release, Releases, stamped

from .guide import ROOT, Guide, Step, Stopped
from .migrating import migrate
from .switching import Switch

SAM: Final = ".autocrm/sam/bin/sam"
PACKAGED: Final = ".aws-sam/packaged.json"
ARTIFACT: Final = re.compile(r's3://([^/"]+)/')


@dataclass(frozen=True)
class Deployment:
    """One way from a checkout to the cloud.

    Attributes:
        environment: names project, account and parameters.
        guide: speaks with the person.
        switch: changes the stack.
        built: SAM's built template; None builds it.
    """

    environment: Mapping[str, str]
    guide: Guide
    switch: Switch
    built: Path | None = None

    def steps(self) -> list[Step]:
        """What is done, in this order: migrations before code."""
        again = "Mend it and run `make deploy` again; what is done is not done twice."
        back = "The old code still runs. " + again
        return [
            Step("Look", self._look, again),
            Step("Migrate", self._migrate, back),
            Step("Build", self._build, back),
            Step("Package", self._package, back),
            Step("Keep secrets", self._keep, back),
            Step("Switch", self._switch, back),
            Step("Try", self._try, "Go back with `make rollback`."),
        ]

    def _look(self) -> None:
        found = look(self.environment)
        first = [each for each in found if each.state is State.MISSING]
        if blocking := [each.about for each in first if not each.can_wait]:
            raise Stopped(f"{', '.join(blocking)} missing.")

    def _migrate(self) -> None:
        migrate(self.environment["SUPABASE_DB_URL"], self.guide)

    def _build(self) -> None:
        if self.built is None:
            self.guide.run("make", "build")

    def _package(self) -> None:
        self.guide.run("make", "-s", "setup-tests")
        template = self.built or ROOT / ".aws-sam" / "build" / "template.yaml"
        (ROOT / PACKAGED).parent.mkdir(exist_ok=True)
        bucket = self.environment.get("DEPLOY_BUCKET")
        place = ["--s3-bucket", bucket] if bucket else ["--resolve-s3"]
        out = ["--use-json", "--output-template-file", PACKAGED]
        self.guide.run(SAM, "package", "--template-file", str(template), *place, *out)

    def _keep(self) -> None:
        self.switch.keep_secrets(json.loads((ROOT / PACKAGED).read_text()))

    def _switch(self) -> None:
        packaged = (ROOT / PACKAGED).read_text()
        live = self.switch.live()
        before = Release.of(live.metadata) if live else None
        release = Release(
            name=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
            commit=_commit(),
            migration=migrations_of()[-1],
            bucket=self._bucket(packaged),
            previous=before.name if before else "",
        )
        kept = Releases(self.switch.s3, release.bucket, self.switch.stack)
        kept.keep(release.name, stamped(packaged, release))
        self.switch.to(release.name, kept)

    def _bucket(self, packaged: str) -> str:
        """Where SAM has put the artifacts."""
        named = self.environment.get("DEPLOY_BUCKET") or ""
        found = ARTIFACT.search(packaged)
        return named or (found[1] if found else "")

    def _try(self) -> None:
        self.switch.try_it()
        self.guide.say("\nDeployed. `make rollback` goes back to what ran before,")
        self.guide.say("`make connect` says what may still be missing.")


def _commit() -> str:
    """Which code this is, and whether it is that exactly."""
    describe = ["git", "describe", "--always", "--dirty=+changes", "--abbrev=12"]
    done = subprocess.run(
        describe, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
