"""People who join every topic that they may, and what reaches them."""

from collections import defaultdict
from typing import Any

from .acting import ActingConnection, ignoring
from .personas import PEOPLE, id_of

MESSAGES = """
select topic, event, payload from realtime.messages
where private and extension = 'broadcast' order by inserted_at, cmin::text::bigint
"""
SEEING = """
select person_id, reads_notes from public.tickets
cross join private.people_who_see(tickets, %s) where tickets.id = %s
"""
READING = "select person_id, true from private.queue_readers where queue_id = %s"
JOINABLE = (
    "select topic from unnest(%s::text[]) as topic where private.may_join_topic(topic)"
)
EVENTS = "select to_jsonb(events) from public.ticket_events as events"


class Listeners:
    """Everybody, on every topic that they joined at any time; nobody leaves one."""

    def __init__(self, db: ActingConnection) -> None:
        self._db = db
        self._people = {id_of(who): who for who in PEOPLE}
        self._past: set[str] = set()
        self.joined: defaultdict[str, set[str]] = defaultdict(set)

    def join(self, ticket: Any) -> None:
        """Let everybody join what they should: always, and for a ticket."""
        for who in PEOPLE:
            for topic in topics_of(self._db, who, ticket):
                self.joined[topic].add(who)

    def forget(self) -> None:
        """Forget what happened so far."""
        self._db.execute("delete from realtime.messages")
        self._past = {event["id"] for (event,) in self._db.execute(EVENTS)}

    def messages(self, who: str | None = None) -> list[tuple[str, str, Any]]:
        """Return topic, event and payload of the messages to somebody, or of all."""
        return [
            message
            for message in self._db.execute(MESSAGES).fetchall()
            if who is None or who in self.joined[message[0]]
        ]

    def leaks(self) -> list[tuple[str, str, str]]:
        """Return who heard of a ticket, its notes or a queue that they may not see."""
        return [
            (who, topic, event)
            for topic, event, payload in self.messages()
            if not (topic.startswith("queue:") and _says_that_it_left(payload))
            for who in self.joined[topic] - self._audience(event, payload)
        ]

    def missed(self) -> list[tuple[str, str]]:
        """Return who did not hear an event that they may see."""
        heard = defaultdict(set)
        for topic, _, payload in self.messages():
            heard[payload["id"]] |= self.joined[topic]
        return [
            (who, event["type"])
            for (event,) in self._db.execute(EVENTS).fetchall()
            if event["id"] not in self._past
            for who in self._audience(event["type"], event) - heard[event["id"]]
        ]

    def _audience(self, event: str, payload: Any) -> set[str]:
        """Return who may receive a message now."""
        if "ticket_id" in payload:
            values = [[*self._people], payload["ticket_id"]]
            reading = self._db.execute(SEEING, *values)
        elif "queue_id" in payload:
            reading = self._db.execute(READING, payload["queue_id"])
        else:
            return set(PEOPLE)
        internal = event == "REPLY_LEASE_CHANGED" or payload.get("is_internal")
        return {
            self._people[person]
            for person, reads_notes in reading.fetchall()
            if person in self._people and (reads_notes or not internal)
        }


def topics_of(db: ActingConnection, who: str, ticket: Any) -> list[str]:
    """Return the topics that somebody should join, always and for a ticket."""
    found: list[str] = []
    with ignoring("PT401", "PT404"):
        found += [row["topic"] for row in db.rows(who, "list_topics")]
        rows = db.rows(who, "list_topics", ticket=ticket["id"])
        found += [row["topic"] for row in rows]
    return found


def joinable(db: ActingConnection, who: str, topics: set[str]) -> set[str]:
    """Return those of some topics that somebody may join."""
    return set(db.read(who, JOINABLE, [*topics]))


def _says_that_it_left(payload: Any) -> bool:
    """Whether it tells a queue that a ticket left, and nothing of the ticket."""
    facts = [payload.get("before") or {}, payload.get("after") or {}]
    return all(set(each) == {"queue_id"} for each in facts)
