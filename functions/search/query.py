"""The query parameters of a search: the filters of lists, and words."""

from pydantic import Field

from shared.core.types import Storable
from shared.filters import FilterQuery
from shared.search import Search, SearchPart, SearchText


class SearchQuery(FilterQuery):
    """Which words, where, in which tickets.

    Besides, `field.<key>` for each custom field, with `.from` and `.to` for ranges.
    """

    q: SearchText = Field(
        description='Words that must all be there, in any of their forms; `"several'
        ' words"` one after the other; `or` between alternatives; `-` before what must'
        " not be there. The last word may be the beginning of one. A number finds its"
        " ticket; an address, for who may read those of people, what they requested.",
        examples=["printer -toner"],
    )
    part: SearchPart | None = Field(
        default=None,
        alias="in",
        description="`tickets` looks at their numbers, subjects, names, tags and"
        " fields alone, `comments` at comments alone, and lists these. Without it at"
        " both, an item for each ticket.",
    )
    queue: Storable | None = Field(
        default=None, max_length=100, description="Key or id."
    )

    def search(self) -> Search:
        """Return the same as a search."""
        return Search(
            text=self.q, part=self.part, queue=self.queue, filters=self.filters()
        )
