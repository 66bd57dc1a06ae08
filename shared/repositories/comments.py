"""Conversations over PostgREST."""

from shared.models import Comment, CommentDraft, CommentRef, TicketRef
from shared.pages import Page, decode_cursor, page_of
from shared.persistence import Database

COMMENT = "*,author:profiles!comments_author_id_fkey(name)"


class Comments:
    """`Conversation`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, ticket: TicketRef, draft: CommentDraft, key: str | None) -> Comment:
        """Say something."""
        asked = {"ticket": ticket, "idempotency_key": key, **draft.model_dump()}
        return Comment.model_validate(
            self._database.call("add_comment", asked, COMMENT)
        )

    def redact(
        self, ticket: TicketRef, comment: CommentRef, key: str | None
    ) -> Comment:
        """Take the words out of what was said."""
        asked = {"ticket": ticket, "comment": comment, "idempotency_key": key}
        return Comment.model_validate(
            self._database.call("redact_comment", asked, COMMENT)
        )

    def read(self, ticket: TicketRef, cursor: str | None, size: int) -> Page[Comment]:
        """Return what the caller may read, in order."""
        place = decode_cursor(cursor, tuple[int])
        after = place[0] if place else 0
        asked = {"ticket": ticket, "after": after, "page_size": size + 1}
        rows = self._database.call("list_comments", asked, COMMENT)
        comments = [Comment.model_validate(row) for row in rows]
        return page_of(comments, size, lambda last: (last.position,))
