"""Comments over PostgREST."""

from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database
from shared.core.types import (
    NumberedPage,
    Page,
    Position,
    decode_cursor,
    read_page,
)
from shared.tickets import TicketRef

from .models import AddedComment, Comment, CommentDraft, CommentRef


class Comments(Protocol):
    """The comments on tickets."""

    def add(
        self, ticket: TicketRef, draft: CommentDraft, key: str | None
    ) -> AddedComment:
        """Add a comment once a key; raise `NotFound`, `Denied`, `Conflict`."""
        ...

    def redact(
        self, ticket: TicketRef, comment: CommentRef, key: str | None
    ) -> Comment:
        """Redact a comment; raise `NotFound`, `Denied`."""
        ...

    def read(
        self, ticket: TicketRef, page: NumberedPage, cursor: str | None = None
    ) -> Page[Comment]:
        """Return a page by `position`, from a cursor on, or raise `NotFound`."""
        ...


class CommentRepository(Comments):
    """Comments as the caller may read and write them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def add(
        self, ticket: TicketRef, draft: CommentDraft, key: str | None
    ) -> AddedComment:
        arguments = {"ticket": ticket, "idempotency_key": key, **draft.model_dump()}
        return AddedComment.model_validate(
            self._database.call("add_comment", arguments)
        )

    @override
    def redact(
        self, ticket: TicketRef, comment: CommentRef, key: str | None
    ) -> Comment:
        arguments = {"ticket": ticket, "comment": comment, "idempotency_key": key}
        return Comment.model_validate(self._database.call("redact_comment", arguments))

    @override
    def read(
        self, ticket: TicketRef, page: NumberedPage, cursor: str | None = None
    ) -> Page[Comment]:
        if sort_key := decode_cursor(cursor, tuple[Position]):
            page = page.continued(sort_key[0])
        arguments = {"ticket": ticket, **page.arguments()}
        answer = self._database.call("list_comments", arguments)
        return read_page(answer, Comment.model_validate)
