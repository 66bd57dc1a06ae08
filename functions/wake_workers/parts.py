"""What the clock is made of in a deployment."""

from functools import lru_cache, partial

from shared.aws import start
from shared.clock import DueWork, Work
from shared.persistence import open_worker_database
from shared.settings import WorkerFunctions

from .use_case import Clock


@lru_cache(maxsize=1)
def get_clock() -> Clock:
    """The clock of this deployment, which knows a worker for every kind of work."""
    functions = WorkerFunctions.read()
    workers = {kind: partial(start, getattr(functions, kind)) for kind in Work}
    return Clock(DueWork(open_worker_database()), workers)
