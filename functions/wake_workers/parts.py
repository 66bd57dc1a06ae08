"""What the clock is made of in a deployment."""

from functools import lru_cache

from shared.aws import start
from shared.clock import Chore, DueChores
from shared.persistence import open_worker_database
from shared.settings import WorkerFunctions

from .use_case import Clock


@lru_cache(maxsize=1)
def get_clock() -> Clock:
    """The clock of this deployment, which knows a worker for every chore."""
    functions = WorkerFunctions.read()
    workers = {chore: str(getattr(functions, chore)) for chore in Chore}
    return Clock(
        DueChores(open_worker_database()),
        lambda chore, event: start(workers[chore], event),
    )
