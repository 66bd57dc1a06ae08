"""A message that only means: somebody look, there may be something to do."""

from typing import Protocol

from pydantic import BaseModel, Field

from shared.aws import send_message
from shared.settings import WakeSettings

from .chores import Chore


class WakeUp(BaseModel):
    """The message, in its one form."""

    chore: str = Field(description="What to do; one that is not known is ignored.")


class Waker(Protocol):
    """Has workers woken."""

    def wake(self, chore: Chore, seconds: int = 0) -> None:
        """Have the worker look, now or in so many seconds (900 at most).

        Raises:
            Unavailable: nobody can be woken; the clock finds what is left.
        """
        ...


class QueueWaker:
    """`Waker` over the queue from which `wake_workers` is woken itself."""

    def __init__(self, url: str) -> None:
        self._url = url

    def wake(self, chore: Chore, seconds: int = 0) -> None:
        """Send the message; one too many does no harm."""
        send_message(self._url, WakeUp(chore=chore).model_dump_json(), seconds)


def open_waker() -> QueueWaker:
    """Return the waker of this deployment."""
    return QueueWaker(WakeSettings.read().wake_queue_url)


def read_wake_up(body: str) -> str:
    """Return the name of the chore in a message.

    Raises:
        ValidationError: it is no wake-up.
    """
    return WakeUp.model_validate_json(body).chore
