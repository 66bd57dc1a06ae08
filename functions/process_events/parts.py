"""What the worker is made of in a deployment."""

from functools import lru_cache

from shared.boards import Teller
from shared.outbox import Work
from shared.persistence import open_worker_database
from shared.reactions import deployed_reactions

from .use_case import EventProcess


@lru_cache(maxsize=1)
def get_process() -> EventProcess:
    """The reactions of this deployment, wired once."""
    database = open_worker_database()
    work = Work(database)
    return EventProcess(work, deployed_reactions(work, Teller(database)))
