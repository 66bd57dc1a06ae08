"""What the worker is made of in a deployment."""

from functools import lru_cache, partial

from shared.boards import Teller
from shared.clock import Chore, open_waker
from shared.persistence import open_worker_database

from .use_case import Announcer


@lru_cache(maxsize=1)
def get_announcer() -> Announcer:
    """The announcer of this deployment, wired once."""
    wake = partial(open_waker().wake, Chore.QUEUE_STATUSES)
    return Announcer(Teller(open_worker_database()), wake)
