"""`make rollback`: the code that ran before, over the database as it is.

Migrations are not undone. Each is compatible with the code of one release before it, so
the code of one release before fits; of two, nobody has proved it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.stack import LiveStack, Release, Releases

from .guide import Guide, Step, Stopped
from .migrating import versions
from .switching import Switch


@dataclass(frozen=True)
class Rollback:
    """One way back.

    Attributes:
        environment: names project and account.
        guide: speaks with the person.
        switch: changes the stack.
    """

    environment: Mapping[str, str]
    guide: Guide
    switch: Switch

    def steps(self) -> list[Step]:
        """Find out what ran before, and whether the database fits; then switch."""
        stays = "Nothing was changed; what runs stays as it is."
        return [
            Step("Look", self._look, stays),
            Step(
                "Switch", self._switch, "Run `make rollback` again once it is mended."
            ),
            Step(
                "Try", self._try, "See the functions' logs, or deploy what is mended."
            ),
        ]

    def _look(self) -> None:
        live, before = self._releases()
        self.guide.say(f"Now:    {live.name} of {live.commit}")
        self.guide.say(f"Before: {before.name} of {before.commit}")
        dsn = self.environment.get("SUPABASE_DB_URL")
        if not dsn:
            self.guide.say("Without SUPABASE_DB_URL nobody sees whether it fits it.")
            self.guide.confirm("Is this at most one release back?")
            return
        newest = (versions(dsn) or [""])[-1]
        if newest not in (live.migration, before.migration):
            raise Stopped(
                f"the database is at {newest}, two releases or more after"
                f" {before.name}: deploy a mended release instead."
            )

    def _switch(self) -> None:
        live, before = self._releases()
        kept = Releases(self.switch.s3, live.bucket, self.switch.stack)
        self.switch.to(before.name, kept)

    def _try(self) -> None:
        self.switch.try_it()
        self.guide.say("\nRolled back. The database keeps its migrations.")

    def _releases(self) -> tuple[Release, Release]:
        live = Release.of(self._stack().metadata)
        if live is None:
            raise Stopped("what runs was not deployed by `make deploy`.")
        if not live.previous:
            raise Stopped(f"{live.name} is the first release.")
        kept = Releases(self.switch.s3, live.bucket, self.switch.stack)
        before = Release.of(kept.template(live.previous)["Metadata"])
        if before is None:
            raise Stopped(f"{live.previous} does not say which release it is.")
        return live, before

    def _stack(self) -> LiveStack:
        stack = self.switch.live()
        if stack is None:
            raise Stopped(f"{self.switch.stack} is not deployed.")
        return stack
