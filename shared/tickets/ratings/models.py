"""The rating of a ticket."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from shared.core.types import Command, LongText, Model, Storable


class Score(StrEnum):
    """How it went."""

    GOOD = "good"
    BAD = "bad"


class RatingDraft(Command):
    """A rating to give, or another one in its place."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"score": "good", "comment": "That was fast."}]}
    )

    score: Score
    comment: Annotated[LongText, Field(max_length=2000)] | None = None


class LinkedRating(RatingDraft):
    """A rating by the link in an email."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "f00d" * 16, "score": "bad"}]}
    )

    token: Annotated[Storable, Field(min_length=1, max_length=200)] = Field(
        description="What the link has after `#rating=`."
    )


class Rating(Model):
    """A rating; without a score while it can be given."""

    score: Score | None
    comment: str | None
    rated_at: datetime | None
    open_until: datetime | None = Field(
        description="Until then it can be given and changed; null if it cannot."
    )
