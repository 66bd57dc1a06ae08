"""Start, check and stop the whole stack, from the database to the functions."""

from infra.local.postgres import migrate
from infra.local.processes import ProcessRecord, Supervisor

from .deployment import Deployment
from .home import MIGRATIONS, Home
from .layout import Layout
from .vault import keep_secrets


class Stack:
    """One running stack.

    Whoever starts it holds the home's lock and calls `stop`, also after a failure.
    """

    def __init__(self, home: Home, layout: Layout) -> None:
        self._home = home
        self._layout = layout
        self._supervisor = Supervisor(home.logs, ProcessRecord(home.processes))
        self.deployment: Deployment = layout.deployment

    def start(self) -> None:
        """Start everything: migrated, seeded once, serving.

        AWS and the functions start beside the database; they need it only at the first
        request.

        Raises:
            ServiceFailed: a service did not start.
            MigrationFailed: a migration could not be applied.
        """
        # First, so that `make env` knows the deployment as soon as its API answers.
        self.deployment.save(self._home.deployment)
        supervisor = self._supervisor
        supervisor.start(*self._layout.cloud())
        database, *services = self._layout.platform()
        supervisor.start(database)
        supervisor.wait_until_ready(database)
        migrate(self.deployment.database_url, MIGRATIONS)
        supervisor.start(*services)
        supervisor.wait_until_ready()
        self._seed()
        # After the seed, so that history starts no webhooks.
        keep_secrets(self.deployment.database_url, self._layout.vault)

    def check(self) -> None:
        """Check that every service still runs.

        Raises:
            ServiceFailed: which one ended, how, and where its log is.
        """
        self._supervisor.check()

    def stop(self) -> None:
        """Stop every service that was started, the database last."""
        self._supervisor.stop()

    def _seed(self) -> None:
        """Enter the demonstration data into a new home."""
        if not self._home.seeded.exists():
            from infra.local.seed import seed

            seed(self.deployment)
            self._home.seeded.touch()
