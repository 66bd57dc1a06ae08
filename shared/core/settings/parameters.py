"""Secrets of the Parameter Store, read when first needed and remembered for a while.

The environment holds a name; the value is never in the template, the console or a
deployment's log.
"""

import time

from shared.core.errors import Unavailable

from .readers import fetch

MAX_AGE_SECONDS = 300.0
"""How long a replaced secret may be used on; until then the old one has to be good."""

PATIENCE_SECONDS = 30.0
"""How long we go on with what we know when the store does not answer."""


class ParameterStore:
    """Parameters by name, remembered for five minutes, and longer in an outage."""

    def __init__(self, max_age: float = MAX_AGE_SECONDS) -> None:
        self._max_age = max_age
        self._known: dict[str, str] = {}
        self._fresh_until: dict[str, float] = {}

    def read(self, name: str) -> str:
        """Return a parameter, decrypted.

        Raises:
            NoParameter: it cannot be read.
            Unavailable: the store does not answer, and we have never read it.
        """
        now = time.monotonic()
        if now >= self._fresh_until.get(name, now):
            try:
                self._known[name] = fetch(name)
                self._fresh_until[name] = now + self._max_age
            except Unavailable:
                if name not in self._known:
                    raise
                self._fresh_until[name] = now + PATIENCE_SECONDS
        return self._known[name]
