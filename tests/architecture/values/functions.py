"""By function: its secret, its other rights and variables, its time and what starts it.

Routes stand in the code, with which they are compared elsewhere.
"""

from typing import Any

from tests.architecture.contract import folder

from .notation import Value, allow, arn, attribute, either, policy, ref, secret, sub

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
    return _function(
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
    return _function(
        {**usual, **(variables or {})}, [ref("ReadSupabaseSourceSecret")], properties
    )


def worker(
    variables: Value | None = None, rights: tuple[Value, ...] = (), **properties: object
) -> Value:
    """A function that reads the secret key of the project."""
    key = {"SUPABASE_SECRET_KEY_PARAMETER": secret("supabase-secret-key")}
    policies = [ref("ReadSupabaseSecretKey"), *rights]
    return _function({**key, **(variables or {})}, policies, properties)


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


def _function(variables: Value, policies: list[Value], properties: Value) -> Value:
    rights = {"Policies": policies} if policies else {}
    return {"Environment": {"Variables": variables}, **rights, **properties}


def dashed(name: str) -> str:
    return folder(name).replace("_", "-")


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
STARTED = {
    "WORKER_MISSED_EVENTS": "RelayMissedEvents",
    "WORKER_WAITING_TICKETS": "AssignWaitingTickets",
    "WORKER_IDLE_TICKETS": "ReleaseIdleTickets",
    "WORKER_SOLVED_TICKETS": "CloseSolvedTickets",
    "WORKER_QUEUE_STATUSES": "BroadcastQueueStatus",
    "WORKER_BULK_UPDATES": "ApplyBulkUpdates",
    "WORKER_WEBHOOKS": "DeliverWebhooks",
    "WORKER_EMAILS": "DeliverEmails",
}
EVENTS = {"EVENT_QUEUE_URL": ref("EventQueue")}
JOBS = {"JOB_QUEUE_URL": ref("JobQueue")}
INSIDE = {"WEBHOOK_ALLOW_PRIVATE": ref("WebhookAllowPrivate")}

ROWS = {
    # For people
    "CreateTicket": command(**WARM),
    "GetTicket": query(**WARM),
    "ListMyTickets": query(),
    "ListQueues": query(),
    "ListQueue": query(**WARM),
    "GetQueueStatus": query(),
    "ManageViews": command(),
    "ListView": query(),
    "MarkTicketRead": command(),
    "UpdateTicket": command(),
    "UpdateTicketStatus": command(),
    "AssignTicket": command(),
    "ClaimNextTicket": command(),
    "BulkUpdate": command(),
    "AddComment": command(**WARM),
    "RedactComment": command(),
    "RedactTicket": command(),
    "LeaseReply": command(),
    "ListComments": query(),
    "ListTicketEvents": query(),
    "ManageRoles": command(),
    "ManageSettings": command(),
    "ManageStatuses": command(),
    "ListAudit": query(),
    "ExplainAccess": query(),
    "ManageQueues": command(),
    "SetAvailability": command(),
    "ManageWebhooks": command(INSIDE),
    "TryWebhooks": command(),
    "ListDeliveries": query(),
    "ListEvents": query(),
    "ListTopics": query(),
    "ManageDeadLetters": command(),
    "ManageNotifications": command(),
    "Whoami": query(),
    "Health": query(),
    # For the database
    "ReceiveDbWebhook": _function(
        {
            "SUPABASE_PUBLISHABLE_KEY": ref("SupabasePublishableKey"),
            "WEBHOOK_SECRETS_PARAMETER": secret("webhook-secrets"),
            **EVENTS,
            **JOBS,
        },
        [ref("ReadWebhookSecrets"), sends_to("EventQueue"), sends_to("JobQueue")],
        {},
    ),
    # For messages and the clock
    "ProcessEvents": worker(
        {"EVENT_BUS_NAME": ref("EventBus"), **JOBS},
        (
            sends_to("JobQueue"),
            {"EventBridgePutEventsPolicy": {"EventBusName": ref("EventBus")}},
        ),
        Timeout=30,
        Events={
            "Queue": messages(
                "EventQueue", 10, FunctionResponseTypes=["ReportBatchItemFailures"]
            )
        },
    ),
    "DispatchJobs": worker(
        {name: ref(f"{each}Function.Alias") for name, each in STARTED.items()},
        tuple(invokes(each) for each in STARTED.values()),
        Timeout=30,
        ReservedConcurrentExecutions=reserved(3),
        # Any message of a job is enough, so a batch fails and comes again as one.
        Events={"Trigger": messages("JobQueue", 2), "EveryMinute": EVERY_MINUTE},
        **LOOPS,
    ),
    "ReportMetrics": worker(
        ReservedConcurrentExecutions=reserved(1), Events={"EveryMinute": EVERY_MINUTE}
    ),
    # For the dispatcher
    "RelayMissedEvents": job(
        EVENTS,
        (
            sends_to("EventQueue"),
            policy(allow("sqs:GetQueueAttributes", attribute("EventQueue"))),
        ),
        at_once=1,
        seconds=50,
    ),
    "AssignWaitingTickets": job(at_once=2, seconds=60),
    "ReleaseIdleTickets": job(at_once=1, seconds=60),
    "CloseSolvedTickets": job(at_once=1, seconds=60),
    "ApplyBulkUpdates": job(at_once=5, seconds=60),
    "BroadcastQueueStatus": job(JOBS, (sends_to("JobQueue"),), at_once=3, **LOOPS),
    "DeliverWebhooks": job(
        {**JOBS, **INSIDE},
        (sends_to("JobQueue"),),
        at_once=5,
        seconds=60,
        **LOOPS,
    ),
    "DeliverEmails": job(
        {"MAIL_FROM": ref("MailFrom"), "MAIL_TICKET_URL": ref("MailTicketUrl")},
        (policy(allow("ses:SendEmail", arn("ses", "identity/${MailIdentity}"))),),
        at_once=1,
        seconds=60,
    ),
}


def _named(name: str) -> Value:
    """What the dispatcher starts has a name that the boundary can give."""
    if name not in STARTED.values():
        return {}
    return {"FunctionName": sub(f"${{AWS::StackName}}-{dashed(name)}")}


FUNCTIONS = {
    f"{name}Function": {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildMethod": "makefile"},
        "Properties": {
            "Handler": f"functions.{folder(name)}.app.handler",
            **_named(name),
            **row,
        },
    }
    for name, row in ROWS.items()
}
