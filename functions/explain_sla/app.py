"""GET /v1/tickets/{id}/sla: staff of its queue ask when a ticket is due, and why."""

from typing import Annotated

from fastapi import APIRouter

from shared.core.http import create_handler, provide
from shared.sla import Explanation, SlaLogRepository, SlaLogs, explain
from shared.tickets import TicketRef

router = APIRouter(tags=["service levels"])


@router.get("/v1/tickets/{ticket}/sla")
async def explain_sla(
    ticket: TicketRef, logs: Annotated[SlaLogs, provide(SlaLogRepository)]
) -> Explanation:
    """Return how each metric stands, every interval that led there, and sentences."""
    return explain(logs.log(ticket))


handler = create_handler(router)
