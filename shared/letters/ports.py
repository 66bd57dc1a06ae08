"""What the worker may ask that sends mail. Each method is one round trip."""

from typing import Protocol

from .mail import Mail


class MailWork(Protocol):
    """What the worker does that sends mail."""

    def claim(self) -> list[Mail]:
        """Take the mail that has been due longest, for two minutes."""
        ...

    def sent(self, mail: Mail) -> None:
        """The mail service has accepted it."""
        ...

    def failed(self, mail: Mail, error: str, *, for_good: bool = False) -> bool:
        """Put it off, or give it up; return whether it was given up."""
        ...

    def forget(self) -> int:
        """Delete some of what was over long ago; return how much."""
        ...
