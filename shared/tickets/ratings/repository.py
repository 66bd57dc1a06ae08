"""Ratings over PostgREST."""

from typing import Protocol

from typing_extensions import override

from shared.core.persistence import Database
from shared.tickets import TicketRef

from .models import LinkedRating, Rating, RatingDraft


class Ratings(Protocol):
    """Rating one's own tickets."""

    def rate(self, ticket: TicketRef, draft: RatingDraft, key: str | None) -> Rating:
        """Rate a solved ticket; raise `NotFound`, `Denied`, `Conflict`, `Invalid`."""
        ...


class RatingRepository(Ratings):
    """Ratings by people who have signed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def rate(self, ticket: TicketRef, draft: RatingDraft, key: str | None) -> Rating:
        arguments = {"ticket": ticket, "idempotency_key": key, **draft.model_dump()}
        return Rating.model_validate(self._database.call("rate_ticket", arguments))


class LinkedRatingRepository:
    """Ratings by the links in emails; needs no rights."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, draft: LinkedRating) -> Rating:
        """Rate the ticket of a link; raise `NotFound`, `Conflict`, `Invalid`."""
        row = self._database.call("rate_by_link", draft.model_dump())
        return Rating.model_validate(row)
