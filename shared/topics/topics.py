"""The topics that a person should join, and reading them from the database."""

from enum import StrEnum
from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import Model
from shared.tickets import TicketRef


class TopicKind(StrEnum):
    """What a topic is about."""

    USER = "user"
    QUEUE = "queue"
    TICKET = "ticket"
    NOTICE = "notice"


class Topic(Model):
    """A topic to join.

    Attributes:
        topic: its current name, to be used as it is.
        kind: what it is about; a `notice` says that names changed, and nothing else.
        internal: whether it is of those who read notes. It carries every event in
            their form, so that nobody needs the topic beside it, too.
    """

    topic: str
    kind: TopicKind
    internal: bool


class TopicList(Model):
    """All topics to join at once."""

    topics: list[Topic]


class TopicReader(Protocol):
    """Reading which topics to join."""

    def current(self, ticket: TicketRef | None = None) -> TopicList:
        """Return what the caller should join: always, or for a ticket.

        Raises:
            NotFound: there is no such ticket, or the caller may not see it.
        """
        ...


class TopicRepository(TopicReader):
    """Topics over PostgREST."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def current(self, ticket: TicketRef | None = None) -> TopicList:
        rows = self._database.call("list_topics", {"ticket": ticket})
        return TopicList.model_validate({"topics": rows})
