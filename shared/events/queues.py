"""What is told of queues: for eyes alone, so no row keeps it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.models import Model, QueueStatus


class QueueStatusChanged(Model):
    """A queue stands otherwise than was told last.

    The payload of a Broadcast on topic `queue:<id>`, at most once a second. Whoever
    slept asks for the status itself.
    """

    type: Literal["QUEUE_STATUS_CHANGED"]
    occurred_at: datetime
    queue_id: UUID
    status: QueueStatus
