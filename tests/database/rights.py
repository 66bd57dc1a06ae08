"""Every right there is. What is not in these tables nobody has.

The tests compare them with the catalog both ways: a new table, column, function or
grant fails until it is written here, and so does what is written here in vain.
"""

from collections.abc import Mapping

OUTSIDERS = ("anon", "authenticated", "service_role", "supabase_auth_admin")

READABLE = ("authenticated", "service_role")  # under row-level security; never writable

# Columns are named, because a table that may be read shows its new columns at once.
TABLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "public.agents": (
        READABLE,
        "person_id availability availability_since capacity skills load"
        " last_assigned_at reassigns skill_keys",
    ),
    "public.assignment_strategies": (READABLE, "strategy name description"),
    "public.comments": (
        READABLE,
        "id ticket_id position public_position author_id by_staff visibility body"
        " created_at redacted_at redacted_by",
    ),
    "public.notification_preferences": (READABLE, "person_id type in_app email"),
    "public.notifications": (
        READABLE,
        "id person_id event_id ticket_id type actor_id created_at read_at",
    ),
    "public.organizations": (READABLE, "id name shares_tickets created_at"),
    "public.permissions": (READABLE, "permission description"),
    "public.person_roles": (READABLE, "person_id role granted_by granted_at"),
    "public.people": (READABLE, "id name organization_id created_at"),
    "public.queue_members": (READABLE, "queue_id person_id joined_at"),
    "public.queues": (
        READABLE,
        "id key name is_default archived_at created_at strategy default_priority"
        " released_after wait_limit",
    ),
    "public.role_permissions": (READABLE, "role permission"),
    "public.roles": (READABLE, "role name built_in"),
    "public.ticket_events": (
        READABLE,
        "id ticket_id number seq public_seq version public_version type actor_id"
        " is_internal before after occurred_at turn position batch_id correlation_id",
    ),
    "public.ticket_followers": (READABLE, "person_id ticket_id since number"),
    "public.ticket_read_markers": (READABLE, "person_id ticket_id seq looked_at"),
    "public.ticket_statuses": (
        READABLE,
        "status category agent_label customer_label position",
    ),
    "public.ticket_transitions": (READABLE, "type before after"),
    "public.tickets": (
        READABLE,
        "id number status status_category status_reason data subject type priority"
        " queue_id requester_id organization_id assignee_id follow_up_of tags"
        " waiting_on waiting_since version public_version created_at updated_at"
        " public_updated_at solved_at closed_at skills assigned_at released_by"
        " tag_keys",
    ),
    "private.bulk_items": (
        (),
        "bulk_update_id position ticket change expected result problem detail"
        " ticket_id before after",
    ),
    "private.bulk_updates": (
        (),
        "id person_id change undo_of undone_change total done skipped failed created_at"
        " started_at finished_at due_at attempts",
    ),
    "public.views": (
        READABLE,
        "id scope owner_id queue_id name conditions sort created_at updated_at",
    ),
    "private.settings": (
        (),
        "only_row solved_closes_after email_delay confirm_new_tickets"
        " webhook_disabled_after webhook_log_kept page_scan_limit reply_lease"
        " commands_per_minute commands_per_minute_by_address bytes_per_minute",
    ),
    "private.email_events": ((), "email_id event_id"),
    "private.event_types": ((), "type description in_app email"),
    "private.queue_notification_preferences": (
        (),
        "queue_id person_id in_app email",
    ),
    "private.emails": (
        (),
        "id person_id ticket_id created_at due_at claimed_at attempts sent_at"
        " gave_up_at last_error",
    ),
    "private.feed_offset": ((), "only_row ahead"),
    "private.webhook_attempts": (
        (),
        "delivery_id attempt attempted_at milliseconds status request_headers response"
        " error",
    ),
    "private.webhook_deliveries": (
        (),
        "id endpoint_id event_id replay type ticket_id seq payload created_at due_at"
        " leased_until attempts first_attempt_at delivered_at gave_up_at last_status"
        " last_error state",
    ),
    "private.webhook_endpoints": (
        (),
        "id url description event_types include_internal secret_id old_secret_id"
        " old_secret_ends_at paused_at disabled_at disabled_reason failing_since"
        " created_by created_at updated_at",
    ),
    "private.pending_releases": ((), "person_id"),
    "private.outbox": (
        (),
        "event_id created_at accepted_at due_at attempts last_error dead_lettered_at",
    ),
    "private.reactions": ((), "event_id reaction done_at"),
    "private.idempotency_keys": ((), "person_id key request response created_at"),
    "private.topic_epochs": ((), "scope_id epoch"),
    "private.reply_leases": (
        (),
        "ticket_id person_id session_id expires_at",
    ),
    "private.queue_counts": (
        (),
        "id queue_id category difference priority waiting assigned",
    ),
    "private.queue_status_broadcasts": ((), "queue_id status sent_at pending_until"),
    "private.command_counts": ((), "subject slot minute commands bytes"),
}

# What makes a job due or a row deleted, and who holds which right. Read by functions.
VIEWS = {
    "private.bulk_updates_due",
    "private.bulk_updates_expired",
    "private.emails_due",
    "private.emails_expired",
    "private.held_permissions",
    "private.note_readers",
    "private.notifications_expired",
    "private.organization_readers",
    "private.outbox_due",
    "private.queue_readers",
    "private.queue_statuses_changed",
    "private.solved_tickets_due",
    "private.webhook_deliveries_due",
    "private.webhook_deliveries_expired",
}

SEQUENCES = {  # nobody's
    "private.queue_counts_id_seq",
    "public.ticket_events_position_seq",
    "public.tickets_number_seq",
}

# Who may call what in the API's schema.
COMMANDS_AND_QUERIES: Mapping[str, str] = {
    "accept_event": "anon",
    "add_comment": "authenticated",
    "add_queue_member": "authenticated",
    "apply_bulk_chunk": "service_role",
    "assign_ticket": "authenticated",
    "assign_waiting_tickets": "service_role",
    "assign_work": "service_role",
    "bulk_update": "authenticated",
    "change_agent": "authenticated",
    "change_queue": "authenticated",
    "change_view": "authenticated",
    "change_webhook": "authenticated",
    "claim_bulk_update": "service_role",
    "claim_emails": "service_role",
    "claim_missed_events": "service_role",
    "claim_next_ticket": "authenticated",
    "claim_webhook_deliveries": "service_role",
    "close_solved_tickets": "service_role",
    "create_queue": "authenticated",
    "create_ticket": "authenticated",
    "create_view": "authenticated",
    "create_webhook": "authenticated",
    "define_role": "authenticated",
    "delete_view": "authenticated",
    "delete_webhook": "authenticated",
    "record_email_failure": "service_role",
    "record_email_sent": "service_role",
    "event_lag": "service_role",
    "fail_event": "service_role",
    "create_webhook_deliveries": "service_role",
    "due_jobs": "service_role",
    "finish_event": "service_role",
    "delete_old_bulk_updates": "service_role",
    "delete_old_notifications": "service_role",
    "delete_old_webhook_deliveries": "service_role",
    "get_agent": "authenticated",
    "get_bulk_update": "authenticated",
    "get_notification_preferences": "authenticated",
    "get_queue_notifications": "authenticated",
    "get_queue_status": "authenticated",
    "get_reply_lease": "authenticated",
    "get_webhook": "authenticated",
    "grant_role": "authenticated",
    "health": "anon authenticated service_role",
    "lease_reply": "authenticated",
    "list_bulk_items": "authenticated",
    "list_bulk_updates": "authenticated",
    "list_comments": "authenticated",
    "list_events": "authenticated",
    "list_notifications": "authenticated",
    "list_dead_letters": "authenticated",
    "list_people": "authenticated",
    "list_queue_members": "authenticated",
    "list_queues": "authenticated",
    "list_roles": "authenticated",
    "list_ticket_events": "authenticated",
    "list_topics": "authenticated",
    "list_view": "authenticated",
    "list_views": "authenticated",
    "list_webhook_attempts": "authenticated",
    "list_webhook_deliveries": "authenticated",
    "list_webhooks": "authenticated",
    "mark_ticket_read": "authenticated",
    "make_first_admin": "service_role",
    "event_metrics": "service_role",
    "notify_people": "service_role",
    "ping_webhook": "authenticated",
    "queue_metrics": "service_role",
    "record_reaction": "service_role",
    "read_event": "service_role",
    "list_my_tickets": "authenticated",
    "mark_notifications_read": "authenticated",
    "list_queue": "authenticated",
    "get_ticket": "authenticated",
    "record_webhook_attempt": "service_role",
    "redact_comment": "authenticated",
    "redact_ticket": "authenticated",
    "refresh_queue_status": "service_role",
    "release_idle_tickets": "service_role",
    "release_reply": "authenticated",
    "release_ticket": "authenticated",
    "remove_queue_member": "authenticated",
    "replay_webhook_delivery": "authenticated",
    "replay_webhook_events": "authenticated",
    "retry_dead_letter": "authenticated",
    "revoke_role": "authenticated",
    "rotate_webhook_secret": "authenticated",
    "set_availability": "authenticated",
    "set_notification_preferences": "authenticated",
    "set_queue_notifications": "authenticated",
    "broadcast_queue_statuses": "service_role",
    "undo_bulk_update": "authenticated",
    "update_ticket": "authenticated",
    "update_ticket_status": "authenticated",
    "queues_due_for_assignment": "service_role",
    "whoami": "authenticated",
}

# What policies and queries, which run as the caller, are made of.
PIECES_FOR_CALLERS = """
caller
count_unread
event_json
feed_horizon
feed_page_end
has_permission
is_staff
may_join_topic
may_see_ticket
may_use_view
note_queues
page_limit
page_of
readable_queues
set_notifications_read
shared_organizations
staff
visible_tickets_if_few
"""

# What only commands and triggers call; a line each, so that two additions merge.
PIECES = """
add_event_to_email
agent_json
agent_order_sql
all_unsolved
apply_change
apply_changes
apply_item
apply_public_reply
apply_ticket_rules
are_changed_tags
are_tags
as_single_line
as_uuid
assign_on_return
assignee_then
begin_reaction
broadcast_event
broadcast_lease
broadcast_notification
broadcast_queue_status
bulk_state
bulk_update_json
calling_address
can_read_notes
can_sign_in
can_work
change_assignee
change_fields
change_load
change_topics
change_topics_of_ended_sessions
change_topics_of_former_colleague
change_topics_of_former_members
change_topics_of_locked_out
change_topics_of_lost_rights
change_topics_of_organization
change_topics_of_ticket
changed_fields
check_new_ticket
check_transition
check_view
claim_ticket
comes_back
comment_json
copy_ticket_number
correlation_id
count_bytes
count_command
count_deleted_tickets
count_new_tickets
count_queue_tickets
count_tickets
count_written_bytes
create_person
current_batch
current_lease
default_filter
delete_vault_secrets
delivery_json
distinct_tags
distinct_ticket_refs
eligible
email_attempts
email_content
end_work
end_work_of_barred
end_work_of_former_member
end_work_of_permission
end_work_of_role
endpoint_secrets
enforce_lease
enqueue_event
estimate_tagged_tickets
event_facts
event_messages
event_payload
events_to_replay
feed_turn
field_changes
filter_sql
find_queue
find_queue_id
find_readable_queue
find_ticket_id
find_visible_ticket
first_reply_seconds
first_status
fold_queue_counts
follow_up
give_ticket
give_waiting_tickets
guard_agent
guard_role_change
has_admin
has_json_type
has_view
history_page
holds_in_queue
idle_tickets
impersonate
increment_command_count
increment_version
index_filter_sql
is_single_line
is_suitable
is_ticket_ref
is_unbroken
is_visible
keep_workable
leads_agent
leads_queue
lease_json
live_queue
lock_agent
lock_chunk
lock_first_ticket
lock_live_webhook
lock_queue
lock_ticket
lock_ticket_to_reply
lock_ticket_to_restore
lock_tickets_and_agents
lock_view
lock_webhook
lost_tickets
mark_own_comment_read
may_read_notes
may_reply
member_json
merge_patch
missing_fields
move_and_assign
move_read_marker
new_webhook_secret
next_replay
note_queues_of
open_bulk_update
open_follow_up
open_ticket
open_tickets_of
order_sql
own_bulk_update
parse_filters
parse_time
people_who_see
permissions_beyond_caller
person_has_permission
person_json
proven_headers
queue_json
queue_of_view
queue_page
queue_preference_json
queue_response
queue_status
queue_topic
queue_totals
queues_by_first_ticket
readable_queues_of
reassign_tickets
recipients
record_comment
record_endpoint_health
record_event
record_new_ticket
record_results
record_ticket_change
redact_body
redact_copies
redact_data
redact_hidden_copies
redact_json
redact_labels
redact_text
redacted_body
redacted_ticket
redacts_event
redacts_ticket
refuse_archived_queue
refuse_category_change
refuse_leased_reply
refuse_update
release_locked_tickets
release_lost_tickets
release_tickets_of
reply_opens
require_an_admin
require_assignment
require_bulk_change
require_caller
require_capacity
require_changes
require_cursor_of_sort
require_empty
require_event_types
require_fields
require_in_queue
require_needed_fields
require_permission
require_permissions_for
require_restorable
require_session
require_staff
require_statuses
require_strategy
require_supported_sort
require_version
require_view_rights
restart_feed
restore_ticket
restores_status
scan_frontier
scan_queues
secret
sees_ticket
selective_filter_sql
send_database_webhook
seq_of
set_comment_position
shared_organizations_of
shown_seq
shown_ticket
shown_version
start_bulk_update_job
start_job
stop_impersonating
store_response
stored_comment
stored_response
stored_ticket
subscribes_to
tag_key
tag_keys
takes_tickets
text_to_redact
ticket_fields
ticket_json
ticket_topic
tickets_copied_from
tickets_json
tickets_of_view
topic_name
topics_of_queues
topics_of_ticket
track_assignment
triaged_priority
update_load
update_load_of_rows
user_topic
visible_names
visible_views
webhook_attempts_limit
webhook_json
with_webhook_secret
works_tickets
write_comment
"""

FUNCTIONS: Mapping[str, set[str]] = {
    **{f"api.{name}": set(who.split()) for name, who in COMMANDS_AND_QUERIES.items()},
    **{f"private.{name}": {"authenticated"} for name in PIECES_FOR_CALLERS.split()},
    **{f"private.{name}": set() for name in PIECES.split()},
    "private.custom_access_token_hook": {"supabase_auth_admin"},
}

# These run as the caller on purpose: row-level security decides what they answer.
AS_THE_CALLER = {
    "api.health",
    "api.list_events",
    "api.list_notifications",
    "api.list_roles",
    "api.mark_notifications_read",
    "private.agent_order_sql",
    "private.are_changed_tags",
    "private.are_tags",
    "private.as_single_line",
    "private.as_uuid",
    "private.bulk_state",
    "private.bulk_update_json",
    "private.changed_fields",
    "private.count_unread",
    "private.current_batch",
    "private.delivery_json",
    "private.distinct_tags",
    "private.distinct_ticket_refs",
    "private.email_attempts",
    "private.event_facts",
    "private.event_payload",
    "private.field_changes",
    "private.filter_sql",
    "private.has_json_type",
    "private.increment_version",
    "private.is_single_line",
    "private.is_suitable",
    "private.is_ticket_ref",
    "private.is_unbroken",
    "private.is_visible",
    "private.may_see_ticket",
    "private.may_use_view",
    "private.merge_patch",
    "private.missing_fields",
    "private.new_webhook_secret",
    "private.order_sql",
    "private.page_limit",
    "private.page_of",
    "private.parse_time",
    "private.queue_json",
    "private.redact_body",
    "private.redact_data",
    "private.redact_json",
    "private.redact_labels",
    "private.redact_text",
    "private.redacted_body",
    "private.redacted_ticket",
    "private.redacts_event",
    "private.redacts_ticket",
    "private.refuse_category_change",
    "private.refuse_update",
    "private.reply_opens",
    "private.require_capacity",
    "private.require_changes",
    "private.require_cursor_of_sort",
    "private.require_fields",
    "private.require_needed_fields",
    "private.require_version",
    "private.shown_ticket",
    "private.subscribes_to",
    "private.tag_key",
    "private.tag_keys",
    "private.text_to_redact",
    "private.ticket_fields",
    "private.triaged_priority",
    "private.webhook_attempts_limit",
    "private.webhook_json",
}

# The predicates that policies and functions share; see private.may_see_ticket.
INLINED = {
    "private.event_facts",
    "private.may_see_ticket",
    "private.may_use_view",
    "private.shown_ticket",
}

ENTERED: Mapping[str, set[str]] = {
    "api": {"anon", "authenticated", "service_role"},
    "public": set(OUTSIDERS),
    "private": {"authenticated", "supabase_auth_admin"},
}
