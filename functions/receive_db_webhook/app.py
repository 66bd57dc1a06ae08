"""POST /v1/hooks/database: the database's webhook says what happened."""

from http import HTTPStatus

from aws_lambda_powertools import Logger
from fastapi import APIRouter, Request

from shared.http import create_handler

from .parts import TakeIntake
from .stores import TakeEvents

router = APIRouter(tags=["hooks"])
log = Logger(child=True)


@router.post(
    "/v1/hooks/database", status_code=HTTPStatus.ACCEPTED, include_in_schema=False
)
async def receive_db_webhook(
    request: Request,
    events: TakeEvents,
    intake: TakeIntake,
) -> None:
    """Take a webhook in the platform's form: an event once, a call to work.

    Signed by our trigger (`x-autocrm-timestamp`, `x-autocrm-signature`), or with the
    plain secret in `x-webhook-secret` when it was made in the dashboard.
    """
    try:
        hook = intake.read(request.headers, await request.body())
        intake.take(hook, events)
    except Exception as refusal:
        reason = getattr(refusal, "problem", type(refusal).__name__)
        log.warning("webhook refused", reason=reason)
        raise
    log.info("webhook accepted", extra=hook.names())


handler = create_handler(router)
