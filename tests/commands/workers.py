"""What workers, schedules and the database itself call, and how they are started."""

from tests.architecture.values.notation import (
    allow,
    arn,
    attribute,
    policy,
    ref,
    secret,
)
from tests.database.personas import id_of

from .expectations import Command, Step, unrelated
from .template import (
    EVENTS,
    EVERY_MINUTE,
    INSIDE,
    JOBS,
    LOOPS,
    function,
    invokes,
    job,
    messages,
    reserved,
    sends_to,
    worker,
)  # fmt: skip

ROUND_ROBIN = {"round_robin": {"ranking": ["last_assigned_at"]}}


def _worker(step: Step | None = None) -> Command:
    return Command(callers="service_role", step=step)


COMMANDS = {
    "accept_event": Command(callers="anon", step=unrelated),
    "apply_bulk_chunk": _worker(lambda v: {}),
    "assign_waiting_tickets": _worker(
        lambda v: {
            "queue": str(id_of(v["queue"])),
            "agent_choices": ROUND_ROBIN,
        }
    ),
    "assign_work": _worker(
        lambda v: {"event": v["event"], "agent_choices": ROUND_ROBIN}
    ),
    "broadcast_queue_statuses": _worker(unrelated),
    "claim_bulk_update": _worker(unrelated),
    "claim_emails": _worker(unrelated),
    "claim_missed_events": _worker(unrelated),
    "claim_webhook_deliveries": _worker(unrelated),
    "close_solved_tickets": _worker(lambda v: {}),
    "create_webhook_deliveries": _worker(unrelated),
    "delete_old_bulk_updates": _worker(unrelated),
    "delete_old_notifications": _worker(unrelated),
    "delete_old_webhook_deliveries": _worker(unrelated),
    "due_jobs": _worker(),
    "event_lag": _worker(),
    "event_metrics": _worker(unrelated),
    "fail_event": _worker(unrelated),
    "fill_field_values": _worker(unrelated),
    "finish_event": _worker(unrelated),
    "make_first_admin": _worker(unrelated),
    "notify_people": _worker(unrelated),
    "queue_metrics": _worker(),
    "queues_due_for_assignment": _worker(),
    "read_event": _worker(),
    "record_email_failure": _worker(unrelated),
    "record_email_sent": _worker(unrelated),
    "record_reaction": _worker(unrelated),
    "record_webhook_attempt": _worker(unrelated),
    "refresh_queue_status": _worker(unrelated),
    "release_idle_tickets": _worker(lambda v: {}),
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
    "WORKER_FIELD_VALUES": "FillFieldValues",
}
FUNCTIONS = {
    "ReceiveDbWebhook": function(
        {
            "SUPABASE_PUBLISHABLE_KEY": ref("SupabasePublishableKey"),
            "WEBHOOK_SECRETS_PARAMETER": secret("webhook-secrets"),
            **EVENTS,
            **JOBS,
        },
        [ref("ReadWebhookSecrets"), sends_to("EventQueue"), sends_to("JobQueue")],
        {},
    ),
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
    "FillFieldValues": job(at_once=1, seconds=60),
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
