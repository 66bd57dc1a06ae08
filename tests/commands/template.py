"""A function in `template.yaml`: its secret, other rights, variables, time and start.

Routes stand in the code, with which they are compared elsewhere.
"""

from typing import Any

from tests.architecture.values.notation import (
    Value,
    attribute,
    either,
    ref,
    secret,
)

WARM = {
    "ProvisionedConcurrencyConfig": either(
        "KeepsWarm",
        {"ProvisionedConcurrentExecutions": ref("ProvisionedConcurrency")},
    )
}
LOOPS = {"RecursiveLoop": "Allow"}
"""Lambda ends neither what starts workers nor what triggers itself again."""


def query(**properties: object) -> Value:
    """A function for people that only reads, and reads no secret."""
    return function(
        {"SUPABASE_PUBLISHABLE_KEY": ref("SupabasePublishableKey")}, [], properties
    )


def command(variables: Value | None = None, **properties: object) -> Value:
    """A function for people that changes something and proves their address."""
    usual = {
        "SUPABASE_PUBLISHABLE_KEY": ref("SupabasePublishableKey"),
        "SUPABASE_SOURCE_SECRET_PARAMETER": {
            "Fn::If": ["LimitsByAddress", secret("supabase-source-secret"), ""]
        },
    }
    return function(
        {**usual, **(variables or {})}, [ref("ReadSupabaseSourceSecret")], properties
    )


def worker(
    variables: Value | None = None, rights: tuple[Value, ...] = (), **properties: object
) -> Value:
    """A function that reads the secret key of the project."""
    key = {"SUPABASE_SECRET_KEY_PARAMETER": secret("supabase-secret-key")}
    policies = [ref("ReadSupabaseSecretKey"), *rights]
    return function({**key, **(variables or {})}, policies, properties)


def job(
    *about: Any, at_once: int, seconds: int | None = None, **properties: object
) -> Value:
    """A worker that the dispatcher starts, and after a minute starts again."""
    return worker(
        *about,
        **({"Timeout": seconds} if seconds else {}),
        ReservedConcurrentExecutions=reserved(at_once),
        EventInvokeConfig={"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        **properties,
    )


def reserved(executions: int) -> Value:
    return either("ReservesConcurrency", executions)


def function(variables: Value, policies: list[Value], properties: Value) -> Value:
    rights = {"Policies": policies} if policies else {}
    return {"Environment": {"Variables": variables}, **rights, **properties}


def sends_to(queue: str) -> Value:
    return {"SQSSendMessagePolicy": {"QueueName": attribute(queue, "QueueName")}}


def invokes(name: str) -> Value:
    return {"LambdaInvokePolicy": {"FunctionName": ref(f"{name}Function")}}


def messages(queue: str, at_once: int, **properties: object) -> Value:
    """Batches of ten from a queue."""
    scaling = {"MaximumConcurrency": at_once}
    source = {"Queue": attribute(queue), "BatchSize": 10, "ScalingConfig": scaling}
    return {"Type": "SQS", "Properties": {**source, **properties}}


EVERY_MINUTE = {
    "Type": "ScheduleV2",
    "Properties": {
        "ScheduleExpression": "rate(1 minute)",
        "RetryPolicy": {"MaximumRetryAttempts": 0},
        "OmitName": True,
        "DeadLetterConfig": {"Arn": attribute("ScheduleDeadLetters")},
    },
}
EVENTS = {"EVENT_QUEUE_URL": ref("EventQueue")}
JOBS = {"JOB_QUEUE_URL": ref("JobQueue")}
INSIDE = {"WEBHOOK_ALLOW_PRIVATE": ref("WebhookAllowPrivate")}
