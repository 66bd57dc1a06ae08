"""Settings by section, so that a function needs only the variables it uses.

Plain pydantic over the environment: pydantic-settings brings readers of files and
secrets stores that a Lambda function never opens, and costs every cold start.
"""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails

from .parameters import ParameterStore
from .readers import NoParameter

_parameters = ParameterStore()


class MissingSetting(Exception):
    """An environment variable is missing or unusable; the message names it."""


class Settings(BaseModel):
    """A section of the environment: field `url` of prefix `X_` is variable `X_URL`.

    Without it `X_URL_PARAMETER` names where the Parameter Store keeps the value.
    """

    model_config = ConfigDict(frozen=True)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the section.

        Raises:
            MissingSetting: names every variable that is missing or unusable.
            Unavailable: the Parameter Store does not answer.
        """
        prefix = str(cls.model_config.get("title", ""))
        values = {
            name: value
            for name in cls.model_fields
            if (value := _value(f"{prefix}{name}".upper(), environment)) is not None
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = ", ".join(
                f"{prefix}{problem['loc'][0]}".upper() + _reason(problem)
                for problem in error.errors(include_input=False, include_url=False)
            )
            raise MissingSetting(f"{wrong}. See .env.example.") from None


def _reason(problem: ErrorDetails) -> str:
    """Say what is wrong with a variable, without its value."""
    if problem["type"] == "missing":
        return " is missing"
    if problem["type"] == "value_error":  # a sentence of ours
        return f" is not usable ({problem['ctx']['error']})"
    return " is not usable"


def _value(variable: str, environment: Mapping[str, str]) -> str | None:
    plain = environment.get(variable)
    parameter = environment.get(f"{variable}_PARAMETER")
    if plain is not None or not parameter:
        return plain
    try:
        return _parameters.read(parameter)
    except NoParameter as refusal:
        raise MissingSetting(f"The parameter {parameter}: {refusal}.") from None


class SupabaseSettings(Settings):
    """Where the database is, and the key that says we are the API."""

    model_config = ConfigDict(frozen=True, title="SUPABASE_")

    url: HttpUrl
    publishable_key: SecretStr


class SourceSettings(Settings):
    """Proof of where a command comes from: the Vault's `autocrm_source_secret`.

    Without it people are limited, and addresses are not.
    """

    model_config = ConfigDict(frozen=True, title="SUPABASE_")

    source_secret: SecretStr = SecretStr("")


class WorkerSettings(Settings):
    """Where the database is, and the key of workers, schedules and operators."""

    model_config = ConfigDict(frozen=True, title="SUPABASE_")

    url: HttpUrl
    secret_key: SecretStr


class AwsSettings(Settings):
    """Where AWS is; Lambda sets it."""

    model_config = ConfigDict(frozen=True, title="AWS_")

    region: str


class EventQueueSettings(Settings):
    """The queue where events wait for a worker."""

    event_queue_url: str


class HookSettings(EventQueueSettings):
    """Proof that a webhook is ours (secrets by comma, two while one is replaced)."""

    webhook_secrets: SecretStr

    @field_validator("webhook_secrets")
    @classmethod
    def _none_is_empty(cls, secrets: SecretStr) -> SecretStr:
        """An empty secret would take a call that proves nothing."""
        if not all(cls._split(secrets)):
            raise ValueError("an empty secret is in it; separate secrets by one comma")
        return secrets

    @property
    def secrets(self) -> list[str]:
        """The secrets in force."""
        return self._split(self.webhook_secrets)

    @staticmethod
    def _split(secrets: SecretStr) -> list[str]:
        return [each.strip() for each in secrets.get_secret_value().split(",")]


class WorkerFunctions(Settings):
    """Which function is the worker of which `Job`, by ARN."""

    model_config = ConfigDict(frozen=True, title="WORKER_")

    missed_events: str
    waiting_tickets: str
    idle_tickets: str
    solved_tickets: str
    queue_statuses: str
    bulk_updates: str
    webhooks: str
    emails: str
    field_values: str


class JobQueueSettings(Settings):
    """Where jobs are triggered."""

    job_queue_url: str


class EventBusSettings(Settings):
    """The bus to which events are published."""

    event_bus_name: str


class WebhookSettings(Settings):
    """How deliveries go out: `allow_private` lets a local desk post to itself."""

    model_config = ConfigDict(frozen=True, title="WEBHOOK_")

    allow_private: bool = False


class MailSettings(Settings):
    """Who signs mail, and where readers find a ticket (`{number}`), if anywhere."""

    mail_from: str
    mail_ticket_url: str = ""
