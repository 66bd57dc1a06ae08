"""Two servers that asked to hear of events: one is well, one is moody."""

from collections import Counter
from typing import Any

from standardwebhooks import Webhook

from tests.receivers import Receivers

from .desk import FragileDesk

WELL, MOODY = "/ok", "/moody"


class Ears:
    """What they heard, verified as it came."""

    def __init__(self, desk: FragileDesk, receivers: Receivers) -> None:
        self._receivers = receivers
        self._hooks: dict[str, Webhook] = {}
        self.heard: dict[str, Counter[str]] = {WELL: Counter(), MOODY: Counter()}
        self.told: dict[str, dict[str, Any]] = {}
        with desk.client("admin") as admin:
            for path in self.heard:
                draft = {
                    "url": f"{receivers.url}{path}",
                    "include_internal": path == WELL,
                    "description": path,
                }
                made = admin.post("rpc/create_webhook", json=draft).raise_for_status()
                self._hooks[path] = Webhook(made.json()["secret"])

    def mend(self) -> None:
        """From now on everybody answers at once."""
        self._receivers.mended.set()

    def listen(self) -> None:
        """Take what has come; raise when anything is not signed by us."""
        for post in self._receivers.taken():
            event = self._hooks[post.path].verify(post.body, post.headers)["data"]
            assert post.headers["webhook-id"] == event["id"]
            self.heard[post.path][event["id"]] += 1
            assert self.told.setdefault(event["id"], event) == event
