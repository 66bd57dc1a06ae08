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

from .models import (
    AddedComment,
    Comment,
    CommentCorrection,
    CommentDraft,
    CommentRef,
)


class Comments(Protocol):
    """The comments on tickets."""

    def add(
        self,
        ticket: TicketRef,
        draft: CommentDraft,
        key: str | None,
        version: int | None = None,
    ) -> AddedComment:
        """Add a comment once a key, to this version of the ticket or to any.

        Raises `NotFound`, `Denied`, `Conflict`, `Invalid`, `Stale`.
        """
        ...

    def correct(
        self,
        ticket: TicketRef,
        comment: CommentRef,
        correction: CommentCorrection,
        version: int | None,
    ) -> Comment:
        """Correct one's own; raise `NotFound`, `Denied`, `Conflict`, `Stale`."""
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
        self,
        ticket: TicketRef,
        draft: CommentDraft,
        key: str | None,
        version: int | None = None,
    ) -> AddedComment:
        arguments = {
            "ticket": ticket,
            "idempotency_key": key,
            "expected_version": version,
            **draft.model_dump(mode="json", exclude={"then"}),
        }
        if draft.then is not None:
            arguments["change"] = draft.then.model_dump(mode="json", exclude_none=True)
        return AddedComment.model_validate(
            self._database.call("add_comment", arguments)
        )

    @override
    def correct(
        self,
        ticket: TicketRef,
        comment: CommentRef,
        correction: CommentCorrection,
        version: int | None,
    ) -> Comment:
        arguments = {
            "ticket": ticket,
            "comment": comment,
            "body": correction.body,
            "expected_version": version,
        }
        return Comment.model_validate(self._database.call("edit_comment", arguments))

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
