"""The query parameters that filter and sort the tickets of a queue."""

from typing import Annotated

from pydantic import Field

from shared.core.http import Commas
from shared.core.types import StatusCategory
from shared.filters import FilterQuery
from shared.queues import QueueSort, Selection, Sort


class QueueQuery(FilterQuery):
    """Which tickets of the queue, in which order.

    Besides, `field.<key>` for each custom field, with `.from` and `.to` for ranges.
    """

    status_category: Annotated[list[StatusCategory], Commas] | None = Field(
        default=None,
        max_length=50,
        description="Custom statuses included. With neither this nor `status`: `new`,"
        " `open`, `pending` and `on_hold`; the response says so in `default_filter`.",
    )
    sort: Sort = QueueSort.PRIORITY
    count: bool = Field(default=False, description="Also say how many there are.")

    def selection(self) -> Selection:
        """Return the same as conditions and a sort."""
        return Selection(filters=self.filters(), sort=self.sort)
