"""Counts events as somebody would who reads them one after another."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .acting import ActingConnection

LIVE = ("new", "open", "pending", "on_hold")
EVENTS = """
select ticket_id, type, before, after, is_internal, occurred_at
from public.ticket_events order by ticket_id, seq
"""
CHANGES = ("TICKET_UPDATED", "TICKET_ASSIGNED", "TICKET_STATUS_CHANGED")
KEYS = {
    "day": lambda state, day, agent: {str(day)},
    "week": lambda state, day, agent: {str(day - timedelta(days=day.weekday()))},
    "queue": lambda state, day, agent: {state["queue_id"]},
    "agent": lambda state, day, agent: {agent},
    "type": lambda state, day, agent: {state["type"]},
    "tag": lambda state, day, agent: {tag.lower() for tag in state["tags"]},
}


@dataclass
class Counting:
    """What happened from a day to another, by one dimension."""

    by: str
    first: date
    last: date
    found: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    states: dict[Any, dict[str, Any]] = field(default_factory=dict)
    opened: dict[Any, datetime] = field(default_factory=dict)
    replied: set[Any] = field(default_factory=set)

    def read(self, zone: str, event: Any) -> None:
        """Count one event, later than those of its ticket that were read before."""
        ticket, kind, before, after, internal, at = event
        day, old = at.astimezone(ZoneInfo(zone)).date(), self.states.get(ticket)
        if kind == "TICKET_CREATED":
            self.states[ticket] = {**after, "category": "new", "assignee_id": None}
            self.opened[ticket] = at
        elif kind in CHANGES:
            self.states[ticket] = {**(old or {}), **after}
        elif kind == "TICKET_COMMENTED" and after["by_staff"] and not internal:
            self._reply(ticket, day, after["author_id"], at)
            return
        else:
            return
        self._stand(old, self.states[ticket], day)
        self._happen(ticket, kind, before or {}, day, at)

    def _count(self, metric: str, amount: int, state: Any, day: date, who: Any) -> None:
        if day <= self.last and (day >= self.first or metric == "backlog"):
            for key in KEYS[self.by](state, day, who):
                self.found[key][metric] += amount

    def _stand(self, old: Any, new: Any, day: date) -> None:
        for state, amount in ((old, -1), (new, 1)):
            if state and state["category"] in LIVE:
                self._count("backlog", amount, state, day, state["assignee_id"])

    def _happen(
        self, ticket: Any, kind: str, before: Any, day: date, at: datetime
    ) -> None:
        new = self.states[ticket]
        who, was_live = new["assignee_id"], before.get("category") in LIVE
        moved = kind == "TICKET_STATUS_CHANGED"
        for metric, happened in (
            ("opened", kind == "TICKET_CREATED"),
            ("assigned", kind == "TICKET_ASSIGNED" and bool(who)),
            ("solved", moved and was_live and new["category"] == "solved"),
            ("reopened", moved and not was_live and new["category"] in LIVE),
        ):
            self._count(metric, int(happened), new, day, who)
            if happened and metric == "solved":
                self._count("solving_seconds", self._age(ticket, at), new, day, who)

    def _reply(self, ticket: Any, day: date, author: str, at: datetime) -> None:
        state = self.states[ticket]
        self._count("replies", 1, state, day, author)
        if ticket not in self.replied:
            self._count("first_replies", 1, state, day, author)
            self._count("first_seconds", self._age(ticket, at), state, day, author)
        self.replied.add(ticket)

    def _age(self, ticket: Any, at: datetime) -> int:
        return int((at - self.opened[ticket]).total_seconds())


def count_by_hand(
    db: ActingConnection, zone: str, by: str, first: date, last: date
) -> dict[str, Counter[str]]:
    """Return the counts of these days by key; of the backlog, all until the last."""
    counting = Counting(by, first, last)
    for event in db.execute(EVENTS).fetchall():
        counting.read(zone, event)
    return counting.found
