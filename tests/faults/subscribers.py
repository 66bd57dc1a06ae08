"""Two webhook endpoints that subscribe to events: a reliable and an unreliable one."""

from collections import Counter
from typing import Any

from standardwebhooks import Webhook

from tests.receivers import Receivers

from .desk import FragileDesk

RELIABLE, UNRELIABLE = "/ok", "/unreliable"


class Subscribers:
    """The endpoints, and what they have received, verified as it came."""

    def __init__(self, desk: FragileDesk, receivers: Receivers) -> None:
        self._receivers = receivers
        self._hooks: dict[str, Webhook] = {}
        self.received: dict[str, Counter[str]] = {
            RELIABLE: Counter(),
            UNRELIABLE: Counter(),
        }
        self.events: dict[str, dict[str, Any]] = {}
        """As whoever reads the notes sees them: what the reliable endpoint receives."""
        self._seen: dict[tuple[str, str], dict[str, Any]] = {}
        with desk.client("admin") as admin:
            for path in self.received:
                draft = {
                    "url": f"{receivers.url}{path}",
                    "include_internal": path == RELIABLE,
                    "description": path,
                }
                made = admin.post("rpc/create_webhook", json=draft).raise_for_status()
                self._hooks[path] = Webhook(made.json()["secret"])

    def recover(self) -> None:
        """From now on every request is answered at once."""
        self._receivers.mended.set()

    def receive(self) -> None:
        """Take what has come; fail on a wrong signature."""
        for post in self._receivers.taken():
            event = self._hooks[post.path].verify(post.body, post.headers)["data"]
            assert post.headers["webhook-id"] == event["id"]
            self.received[post.path][event["id"]] += 1
            # The same each time; another audience's seq and version are others.
            seen = self._seen.setdefault((post.path, event["id"]), event)
            assert seen == event
            if post.path == RELIABLE:
                self.events[event["id"]] = event
