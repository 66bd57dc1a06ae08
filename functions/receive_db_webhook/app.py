"""POST /v1/hooks/database: the database's webhook says what happened."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools import Logger
from fastapi import APIRouter, Depends, Request

from shared.core.http import PublicDatabase, create_handler
from shared.outbox import EventIntakeRepository

from .use_case import Intake, get_intake

router = APIRouter(tags=["hooks"])
log = Logger(child=True)


@router.post(
    "/v1/hooks/database", status_code=HTTPStatus.ACCEPTED, include_in_schema=False
)
async def receive_db_webhook(
    request: Request,
    database: PublicDatabase,
    intake: Annotated[Intake, Depends(get_intake)],
) -> None:
    """Take a webhook in the platform's form: an event once, or a job trigger.

    Signed by our trigger (`x-autocrm-timestamp`, `x-autocrm-signature`), or with the
    plain secret in `x-webhook-secret` when it was made in the dashboard.
    """
    try:
        hook = intake.read(request.headers, await request.body())
        intake.take(hook, EventIntakeRepository(database))
    except Exception as refusal:
        reason = getattr(refusal, "problem", type(refusal).__name__)
        log.warning("webhook refused", reason=reason)
        raise
    log.info("webhook accepted", extra=hook.names())


handler = create_handler(router)
