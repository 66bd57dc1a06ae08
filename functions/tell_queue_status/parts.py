"""What the worker is made of in a deployment."""

from functools import lru_cache, partial

from shared.aws import wake
from shared.boards import Teller
from shared.persistence import open_worker_database
from shared.settings import StatusSettings

from .use_case import Announcer


@lru_cache(maxsize=1)
def get_announcer() -> Announcer:
    """The announcer of this deployment, wired once."""
    queue = StatusSettings.read().status_queue_url
    return Announcer(Teller(open_worker_database()), partial(wake, queue))
