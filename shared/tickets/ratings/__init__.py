"""Ratings: what requesters think of how their tickets were solved."""

from .models import LinkedRating, Rating, RatingDraft
from .repository import LinkedRatingRepository, RatingRepository, Ratings

__all__ = [
    "LinkedRating",
    "LinkedRatingRepository",
    "Rating",
    "RatingDraft",
    "RatingRepository",
    "Ratings",
]
