"""Comments on tickets, in memory."""

from shared.core.errors import Invalid, NotFound
from shared.core.types import Page, decode_cursor, page_of
from shared.tickets import TicketRef
from shared.tickets.comments import Comment, CommentDraft, CommentRef
from tests.builders import comment

from .tickets import FakeTickets


class FakeComments:
    """`Comments`."""

    def __init__(self, tickets: FakeTickets) -> None:
        self._tickets = tickets
        self.said: dict[str, list[Comment]] = {}
        self._answers: dict[str, tuple[str, CommentDraft, Comment]] = {}

    def add(self, ticket: TicketRef, draft: CommentDraft, key: str | None) -> Comment:
        found = str(self._tickets.get(ticket).id)
        if key in self._answers:
            place, asked, answer = self._answers[key]
            if (place, asked) != (found, draft):
                raise Invalid("Use a new one.", "idempotency-key-reused")
            return answer
        thread = self.said.setdefault(found, [])
        told = draft.model_dump(mode="json")
        made = comment(**told, ticket_id=found, position=len(thread) + 1)
        thread.append(made)
        if key is not None:
            self._answers[key] = (found, draft, made)
        return made

    def redact(
        self, ticket: TicketRef, comment: CommentRef, key: str | None
    ) -> Comment:
        thread = self.said.get(str(self._tickets.get(ticket).id), [])
        for place, said in enumerate(thread):
            if comment in (str(said.id), str(said.position)):
                gone = {"body": "[redacted]", "redacted_at": said.created_at}
                thread[place] = said.model_copy(update=gone)
                return thread[place]
        raise NotFound

    def read(self, ticket: TicketRef, cursor: str | None, size: int) -> Page[Comment]:
        place = decode_cursor(cursor, tuple[int])
        start = place[0] if place else 0
        thread = self.said.get(str(self._tickets.get(ticket).id), [])
        rest = thread[start : start + size + 1]
        return page_of(rest, size, lambda last: (last.position,))
