"""The faults: in a file, some words and what a mistake would make of them."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One mistake; `old` stands in the file once."""

    file: str
    old: str
    new: str


def sql(subject: str, old: str, new: str) -> Fault:
    return Fault(f"supabase/migrations/*_{subject}.sql", old, new)


FAULTS = [
    # Who may
    sql("people_commands", "perform private.require_permission('people.read');",
        "perform private.require_caller();"),
    sql("webhooks", "me constant uuid := private.require_permission('webhooks.manage')",
        "me constant uuid := private.require_permission('people.read')"),
    sql("views", "where id = view and private.has_view(id) for update",
        "where id = view for update"),
    sql("realtime", " and private.may_hear_notices(me, scope)", ""),
    sql("redaction", "blanked is not distinct from target", "false"),
    sql("bulk_jobs", "coalesce(job.undone_change, item.change, job.change)",
        "coalesce(job.undone_change, job.change)"),
    sql("comments", "before insert on public.comments\nfor each row when (octet",
        "after insert on public.comments\nfor each row when (octet"),
    sql("feed", "private.feed_cursor(coalesce(shown.next, page_end, cursor))",
        "coalesce(shown.next, page_end, cursor)"),
    # Time
    sql("emails", "due_at = now() + interval '2 minutes'",
        "due_at = now() + interval '20 seconds'"),
    sql("outbox", "interval '5 seconds' * 2 ^ attempts", "interval '5 seconds'"),
    sql("assignment", "events.occurred_at > now() - queues.released_after",
        "events.occurred_at > now()"),
    # Locks
    sql("webhook_deliveries", "            for update skip locked\n",
        "            for update\n"),
    sql("assignment", "    for update skip locked;", "    for update;"),
    sql("bulk_jobs", "finished_at is null and attempts = attempt",
        "finished_at is null"),
    # Keys and records
    sql("requests", "where keys.person_id = me and keys.key = stored_response.key;\n"
        "    if stored", "where keys.key = stored_response.key;\n    if stored"),
    sql("emails", "and attempts = attempt and sent_at is null", "and sent_at is null"),
    # Python
    Fault("shared/notifications/email/queue.py", '"attempt": mail.attempt',
          '"attempt": 1'),
    Fault("shared/webhooks/repository.py", '"retry_seconds": wait',
          '"retry_seconds": 0'),
    Fault("shared/bulk_updates/repository.py", "LEASE_SECONDS = 60",
          "LEASE_SECONDS = 6"),
    Fault("shared/webhooks/delivery/retries.py", "FIRST_WAIT * 2.0 ** min",
          "FIRST_WAIT + 2.0 ** min"),
    Fault("functions/process_events/use_case.py", "if reaction.name in pending.done",
          "if reaction.name not in pending.done"),
    Fault("functions/deliver_emails/use_case.py", "        self._queue.sent(email)\n",
          ""),
    Fault("shared/core/aws/queue.py", 'answer.get("Failed", ())',
          'answer.get("Faults", ())'),
    Fault("shared/core/persistence/failures.py", '"57014": Un', '"57015": Un'),
    Fault("shared/core/auth/signatures.py", "MAX_AGE_SECONDS = 300",
          "MAX_AGE_SECONDS = 300_000"),
    # The template
    Fault("template.yaml", "idempotency-key, if-match, if-none-match]",
          "idempotency-key, if-none-match]"),
    Fault("template.yaml", "[ReportBatchItemFailures]", "[]"),
    Fault("template.yaml", "DatapointsToAlarm: 3\n      TreatMissingData: breaching",
          "DatapointsToAlarm: 3\n      TreatMissingData: notBreaching"),
    Fault("template.yaml", "        - !Ref ReadWebhookSecrets\n",
          "        - !Ref ReadSupabaseSecretKey\n"),
]  # fmt: skip
