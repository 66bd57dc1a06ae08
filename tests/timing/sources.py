"""Reads each time where it stands: seconds, all of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import boto3
import pytest
from psycopg import sql

from shared.core.aws import client
from shared.core.settings import readers
from shared.notifications.email import EmailQueueRepository, OutgoingEmail, SesMailer
from tests.architecture.contract import functions, triggers
from tests.architecture.operations import of_type
from tests.database.acting import WORKER, ActingConnection
from tests.database.notifying import make_emails_due, queue_due_email

SCHEDULES = ("Schedule", "ScheduleV2")
SQS_RETENTION, SQS_VISIBILITY = 345_600, 30  # of a queue that does not say
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


def constant(name: str) -> float:
    """Return a constant of Python by its full name; of milliseconds, as seconds."""
    module, _, attribute = name.rpartition(".")
    value = getattr(import_module(module), attribute)
    return value / 1000 if attribute.endswith("MILLISECONDS") else value


@dataclass(frozen=True)
class Sources:
    """The template and the database; what stands in Python needs no place."""

    template: dict[str, Any]
    db: ActingConnection

    # The template

    def functions(self) -> dict[str, dict[str, Any]]:
        usual = self.template["Globals"]["Function"]
        found = functions(self.template)
        return {
            name.removesuffix("Function"): {**usual, **about}
            for name, about in found.items()
        }

    def reserved(self, function: str) -> int:
        """How many executions a function has of its own, where the stack reserves."""
        value = self.functions()[function].get("ReservedConcurrentExecutions", 0)
        return value["Fn::If"][1] if isinstance(value, dict) else value

    def limit(self, function: str) -> float:
        """How long a function may run."""
        return self.functions()[function]["Timeout"]

    def queues(self) -> dict[str, dict[str, Any]]:
        return of_type(self.template, "AWS::SQS::Queue")

    def alarm(self, name: str) -> dict[str, Any]:
        return of_type(self.template, "AWS::CloudWatch::Alarm")[name]

    def period(self, function: str) -> float:
        """How often a function is started by its schedule."""
        [schedule] = triggers(self.functions()[function], *SCHEDULES)
        number, unit = RATE.fullmatch(schedule["ScheduleExpression"]).groups()
        return int(number) * SECONDS[unit]

    def started(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The workers that the dispatcher starts."""
        for name, about in self.functions().items():
            if "EventInvokeConfig" in about:
                yield name, about

    # The database

    def statement_limit(self, role: str) -> float:
        return self.db.scalar(
            "select extract(epoch from split_part(setting, '=', 2)::interval)::float8"
            " from pg_roles, unnest(rolconfig) as setting"
            " where rolname = %s and setting like 'statement_timeout=%%'",
            role,
        )

    def least(self, name: str) -> float:
        """The least that the administrator may set a column of the settings to."""
        return self.db.scalar(
            "select minimum::float8 from private.setting_definitions"
            " where setting = %s",
            name,
        )

    def default(self, function: str, argument: str) -> float:
        """What an argument of a function of `api` is when nobody gives it."""
        arguments = self.db.scalar(
            "select pg_get_function_arguments(%s::regproc)", f"api.{function}"
        )
        return int(re.search(rf"\b{argument} integer DEFAULT (\d+)", arguments)[1])

    def first_look(self) -> float:
        """When an event is missed whose webhook was lost."""
        self.db.execute("delete from private.outbox")
        self.db.create_ticket()
        return self._due_in("outbox")

    def event_waits(self) -> list[float]:
        """The waits after each failure of an event, up to its last."""
        self.db.execute("delete from private.outbox")
        self.db.create_ticket()
        event = self.db.scalar("select event_id from private.outbox")
        waits = []
        while not self.db.call(WORKER, "fail_event", event=event, error="x"):
            waits.append(self._due_in("outbox"))
        return waits

    def email_waits(self) -> list[float]:
        """The waits after each failure of an email, up to its last."""
        self._queue_email()
        waits: list[float] = []
        while True:
            make_emails_due(self.db)
            [email] = self.db.rows(WORKER, "claim_emails")
            failure = {"email": email["id"], "attempt": email["attempt"], "error": "x"}
            if self.db.call(WORKER, "record_email_failure", **failure):
                return waits
            waits.append(self._due_in("emails"))

    def email_lease(self) -> float:
        self._queue_email()
        assert self.db.rows(WORKER, "claim_emails")
        return self._due_in("emails")

    def missed_event_lease(self) -> float:
        self.db.execute("delete from private.outbox")
        self.db.create_ticket()
        self.db.execute("update private.outbox set due_at = now()")
        assert self.db.rows(WORKER, "claim_missed_events")
        return self._due_in("outbox")

    def _queue_email(self) -> None:
        self.db.execute("delete from private.emails")
        queue_due_email(self.db, self.db.create_ticket_in("open"))
        self.db.execute(
            "delete from private.emails"
            " where id <> (select id from private.emails limit 1)"
        )

    def _due_in(self, table: str) -> float:
        """In how many seconds the one row of a table of `private` is due."""
        query = sql.SQL("select extract(epoch from due_at - now())::float8 from {}")
        named = query.format(sql.Identifier("private", table))
        [[seconds]] = self.db.connection.execute(named)
        return seconds

    # Clients of Python

    def claimed_emails(self) -> float:
        """How many emails the sender claims at once."""
        asked: dict[str, Any] = {}

        class Recorder:
            def call(self, function, arguments):
                asked.update(arguments)
                return []

        EmailQueueRepository(Recorder()).claim()
        return asked.get("max_items") or self.default("claim_emails", "max_items")


def ses_patience() -> float:
    """How long sending one email may take."""
    email = OutgoingEmail("desk@example.com", "ida@example.com", b"")
    return _patience(lambda: SesMailer().send(email))


def sqs_patience() -> float:
    """How long one call of a queue may take, tried again included."""
    return _patience(lambda: client("sqs"))


def parameter_patience() -> float:
    """How long reading a secret may take."""
    readers._client.cache_clear()
    try:
        return _patience(readers._client)
    finally:
        readers._client.cache_clear()


class _Client:
    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        return lambda **arguments: {}


def _patience(use: Callable[[], object]) -> float:
    """Return what a client of boto3 may take at worst, by its configuration."""
    configs = []

    def opened(service, region_name=None, *, config):
        configs.append(config)
        return _Client()

    client.cache_clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(boto3, "client", opened)
            patch.setenv("AWS_REGION", "eu-west-1")
            use()
    finally:
        client.cache_clear()
    [config] = configs
    attempts = config.retries["total_max_attempts"]
    return attempts * (config.connect_timeout + config.read_timeout)
