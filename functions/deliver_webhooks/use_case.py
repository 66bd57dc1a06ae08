"""Sending what is due, several deliveries at a time."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from aws_lambda_powertools import Logger

from shared.core.errors import AppError
from shared.core.observability import (
    CORRELATION_HEADER,
    Unit,
    correlation_scope,
    measure,
)
from shared.webhooks import AttemptLog, DeliveryQueue, DueDelivery, Outcome
from shared.webhooks.delivery import (
    RetrySchedule,
    WebhookClient,
    WebhookResponse,
    back_off,
    retry_after_seconds,
    signed_headers,
)

AT_ONCE = 32
WORST_SECONDS = 32.0
"""What one delivery may take: the answer, and two calls of the database."""

log = Logger(child=True)


@dataclass
class DeliveryRun:
    """The result of one run.

    Attributes:
        outcomes: how many attempts ended how.
        next_seconds: when the first of the failed ones is tried again.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    next_seconds: float | None = None

    def count(self, outcome: Outcome, wait: float) -> None:
        """Count one attempt."""
        self.outcomes[outcome] += 1
        if outcome is Outcome.RETRY:
            self.next_seconds = min(wait, self.next_seconds or wait)

    def measure(self) -> None:
        """Write metrics, where anything was sent."""
        if tried := self.outcomes.total():
            failed = tried - self.outcomes[Outcome.DELIVERED]
            values = {"WebhookAttempts": tried, "WebhookFailures": failed}
            measure({name: (Unit.COUNT, value) for name, value in values.items()})


def judge(
    due: DueDelivery, answer: WebhookResponse, schedule: RetrySchedule, luck: float
) -> tuple[Outcome, float]:
    """Return how an attempt ended, and how many seconds to wait before another.

    Any 2xx is a success and 410 the end of the endpoint (Standard Webhooks); all else
    is a failure, a redirect too.
    """
    if answer.status is not None and HTTPStatus(200) <= answer.status < HTTPStatus(300):
        return Outcome.DELIVERED, 0.0
    if answer.status == HTTPStatus.GONE:
        return Outcome.GONE, 0.0
    requested = retry_after_seconds(answer.retry_after, datetime.now(UTC))
    wait = schedule(due.attempt, due.age_seconds, requested, luck)
    return (Outcome.GAVE_UP, 0.0) if wait is None else (Outcome.RETRY, wait)


class DeliverySender:
    """Claims, sends and records. What is lost between two of these is sent again."""

    def __init__(
        self,
        queue: DeliveryQueue,
        client: WebhookClient,
        schedule: RetrySchedule = back_off,
    ) -> None:
        self._queue = queue
        self._client = client
        self._schedule = schedule

    async def run(self, time_left: Callable[[], float]) -> DeliveryRun:
        """Send until nothing is due, or there is no time to begin another.

        Places that become free are filled at once, so one receiver that hangs holds
        up nobody else.

        Raises:
            Unavailable: the database gives out nothing; what was claimed is sent first.
        """
        run = DeliveryRun()
        flying: set[asyncio.Task[None]] = set()
        trouble: AppError | None = None
        while True:
            free = AT_ONCE - len(flying)
            if trouble is None and free and time_left() > WORST_SECONDS:
                try:
                    claimed = await asyncio.to_thread(self._queue.claim, free)
                except AppError as error:
                    trouble, claimed = error, []
                flying |= {asyncio.create_task(self._send(due, run)) for due in claimed}
            if not flying:
                break
            _, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
        if trouble is not None:
            raise trouble
        return run

    async def _send(self, due: DueDelivery, run: DeliveryRun) -> None:
        """Try once; a failure of ours leaves the delivery to its lease."""
        try:
            with correlation_scope(due.correlation_id):
                await self._attempt(due, run)
        except Exception as error:  # noqa: BLE001, one delivery must not end the others
            log.error(  # noqa: TRY400, a traceback might show a secret
                "delivery not recorded",
                delivery_id=str(due.delivery_id),
                error=type(error).__name__,
            )

    async def _attempt(self, due: DueDelivery, run: DeliveryRun) -> None:
        began = datetime.now(UTC)
        secrets = [secret.get_secret_value() for secret in due.secrets]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "AutoCRM-Webhooks/1",
            **({CORRELATION_HEADER: due.correlation_id} if due.correlation_id else {}),
            **signed_headers(str(due.event_id), began, due.body, secrets),
        }
        answer = await self._client.post(due.url, headers, due.body)
        outcome, wait = judge(due, answer, self._schedule, random.random())  # noqa: S311
        kept = _log(began, headers, answer)
        disabled = await asyncio.to_thread(self._queue.record, due, outcome, wait, kept)
        run.count(outcome, wait)
        log.info("webhook sent", delivery_id=str(due.delivery_id), outcome=outcome)
        if disabled:
            log.warning("webhook disabled", endpoint_id=str(due.endpoint_id))


def _log(
    began: datetime, headers: dict[str, str], answer: WebhookResponse
) -> AttemptLog:
    """Return what is kept: all but the signature, which is nobody's to read."""
    shown = {name: text for name, text in headers.items() if "signature" not in name}
    error = answer.error
    if error is None and answer.status is not None and answer.status >= HTTPStatus(300):
        redirected = answer.status < HTTPStatus(400)
        note = "; redirects are not followed" if redirected else ""
        error = f"It answered {answer.status}{note}."
    return AttemptLog(
        attempted_at=began,
        milliseconds=answer.milliseconds,
        status=answer.status,
        request_headers=shown,
        response=answer.excerpt,
        error=error,
    )
