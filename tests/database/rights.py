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
        " last_assigned_at",
    ),
    "public.assignment_strategies": (READABLE, "strategy name description"),
    "public.comments": (
        READABLE,
        "id ticket_id position author_id visibility body created_at redacted_at"
        " redacted_by",
    ),
    "public.notification_preferences": (READABLE, "person_id type in_app email"),
    "public.notifications": (
        READABLE,
        "id person_id event_id ticket_id type actor_id created_at read_at",
    ),
    "public.organizations": (READABLE, "id name shares_tickets created_at"),
    "public.permissions": (READABLE, "permission description"),
    "public.person_roles": (READABLE, "person_id role granted_by granted_at"),
    "public.profiles": (READABLE, "id name organization_id created_at"),
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
        "id ticket_id seq type actor_id is_internal before after occurred_at turn"
        " position batch_id correlation_id",
    ),
    "public.ticket_followers": (READABLE, "person_id ticket_id since number"),
    "public.ticket_looks": (READABLE, "person_id ticket_id seq looked_at"),
    "public.ticket_statuses": (
        READABLE,
        "status category agent_label customer_label position",
    ),
    "public.ticket_transitions": (READABLE, "type before after"),
    "public.tickets": (
        READABLE,
        "id number status status_category status_reason data subject type priority"
        " queue_id requester_id organization_id assignee_id follow_up_of tags"
        " waiting_on waiting_since version created_at updated_at solved_at closed_at"
        " skills assigned_at let_go_by",
    ),
    "private.bulk_items": (
        (),
        "bulk_update_id position ticket change expected_version result problem detail"
        " ticket_id version before after",
    ),
    "private.bulk_updates": (
        (),
        "id person_id change undo_of total done skipped failed created_at started_at"
        " finished_at due_at attempts",
    ),
    "public.views": (
        READABLE,
        "id scope owner_id queue_id name conditions sort created_at updated_at",
    ),
    "private.desk_settings": (
        (),
        "only_row solved_closes_after emails_wait webhook_disabled_after"
        " webhook_log_kept tickets_looked_at reply_lease writes_a_minute"
        " writes_a_minute_by_address",
    ),
    "private.email_events": ((), "email_id event_id"),
    "private.event_types": ((), "type description in_app email"),
    "private.emails": (
        (),
        "id person_id ticket_id created_at due_at taken_at attempts sent_at gave_up_at"
        " last_error",
    ),
    "private.feed_clock": ((), "only_row ahead"),
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
    "private.outbox": (
        (),
        "event_id created_at accepted_at due_at attempts last_error parked_at",
    ),
    "private.reactions": ((), "event_id reaction done_at"),
    "private.idempotency_keys": ((), "person_id key request answer created_at"),
    "private.ticket_leases": ((), "ticket_id person_id expires_at"),
    "private.queue_counts": (
        (),
        "id queue_id category difference priority waiting assigned",
    ),
    "private.told_statuses": ((), "queue_id told told_at promised_until"),
    "private.write_counts": ((), "subject slot minute writes"),
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
    "email_failed": "service_role",
    "email_sent": "service_role",
    "event_lag": "service_role",
    "fail_event": "service_role",
    "fill_webhook_deliveries": "service_role",
    "find_work": "service_role",
    "finish_event": "service_role",
    "forget_bulk_updates": "service_role",
    "forget_told": "service_role",
    "forget_webhook_deliveries": "service_role",
    "get_agent": "authenticated",
    "get_bulk_update": "authenticated",
    "get_notification_preferences": "authenticated",
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
    "list_parked_events": "authenticated",
    "list_people": "authenticated",
    "list_queue_members": "authenticated",
    "list_queues": "authenticated",
    "list_roles": "authenticated",
    "list_ticket_events": "authenticated",
    "list_view": "authenticated",
    "list_views": "authenticated",
    "list_webhook_attempts": "authenticated",
    "list_webhook_deliveries": "authenticated",
    "list_webhooks": "authenticated",
    "look_at_ticket": "authenticated",
    "make_first_admin": "service_role",
    "measure_event": "service_role",
    "notify_people": "service_role",
    "ping_webhook": "authenticated",
    "queue_gauges": "service_role",
    "reaction_done": "service_role",
    "read_event": "service_role",
    "read_my_tickets": "authenticated",
    "read_notifications": "authenticated",
    "read_queue": "authenticated",
    "read_ticket": "authenticated",
    "record_webhook_attempt": "service_role",
    "redact_comment": "authenticated",
    "refresh_queue_status": "service_role",
    "release_idle_tickets": "service_role",
    "release_reply": "authenticated",
    "release_ticket": "authenticated",
    "remove_queue_member": "authenticated",
    "replay_webhook_delivery": "authenticated",
    "replay_webhook_events": "authenticated",
    "retry_parked_event": "authenticated",
    "revoke_role": "authenticated",
    "rotate_webhook_secret": "authenticated",
    "set_availability": "authenticated",
    "set_notification_preferences": "authenticated",
    "tell_queue_statuses": "service_role",
    "undo_bulk_update": "authenticated",
    "update_ticket": "authenticated",
    "update_ticket_status": "authenticated",
    "waiting_queues": "service_role",
    "whoami": "authenticated",
}

# What policies and queries, which run as the caller, are made of.
PIECES_FOR_CALLERS = """
caller comment_json count_queues count_unread feed_horizon feed_reach few_tickets has_permission
mark_read may_listen note_queues page_of_queues queue_totals read_lease
readable_queues require_place_in require_statuses shared_organizations show_tickets
staff visible_ticket walk_queues
"""

# What only commands and triggers call.
PIECES = """
agent_view answer_given are_live arrangement assignee_then audience begin_reaction
beyond_mine bulk_view call_assignment call_workers calling_address can_work carry_out
change_fields changed check_step check_view claim_one condition_text correlation_id
count_command count_lost_tickets count_new_tickets count_tickets count_write
current_batch delivery_view do_item eligible email_attempts endpoint_secrets
event_payload events_to_replay expected_of_tags feed_turn few_text field_changes
find_own_queue find_queue first_reply_seconds fold_queue_counts follow_up
forget_secrets give give_waiting guard_agent guard_role_of hand_over hand_to has_view
hear_reply hears holds_in_queue idle_tickets keep_an_admin keep_answer keep_category
keep_hands keep_load keep_load_of_rows keep_look keep_new_ticket keep_out_of_archive
keep_ticket_rules known_names leads_queue lease_view letter live_lease lock_agent
lock_answer lock_live_webhook lock_queue lock_ticket lock_view lock_webhook lock_work
lock_work_of look_at_own_comment mail_event may_know member_view merge_patch move_load
new_webhook_secret next_replay note_health note_results number_following
open_bulk_update open_ticket order_of owe_event own_bulk_update person_with_roles
place_comment put_back queue_of_view queue_status queue_view
queues_by_head read_conditions reads_notes record_comment record_event
record_new_ticket record_ticket_change redacted_body refuse_change
refuse_while_answered require_bulk_change require_caller require_changes require_empty
require_in_queue require_order require_permission require_rights_to require_room
require_staff require_strategy require_view_rights respect_lease restart_feed revise
say_how secret see_again see_as sees_ticket standing suits take_head takes_tickets
tell tell_lease tell_person tell_queue_status ticket_facts tickets_named
ticket_json tickets_of_view topics wake wake_bulk walk_end walk_text way_back webhook_view
welcome_back welcome_person with_secret
"""

FUNCTIONS: Mapping[str, set[str]] = {
    **{
        f"api.{name}": set(who.split()) for name, who in COMMANDS_AND_QUERIES.items()
    },
    **{f"private.{name}": {"authenticated"} for name in PIECES_FOR_CALLERS.split()},
    **{f"private.{name}": set() for name in PIECES.split()},
    "private.custom_access_token_hook": {"supabase_auth_admin"},
}

# These run as the caller on purpose: row-level security decides what they answer.
AS_THE_CALLER = {
    "private.arrangement",
    "private.require_room",
    "private.suits",
    "private.delivery_view",
    "private.webhook_view",
    "private.new_webhook_secret",
    "private.hears",
    "private.event_payload",
    "private.bulk_view",
    "private.changed",
    "private.current_batch",
    "private.field_changes",
    "private.merge_patch",
    "private.require_changes",
    "private.standing",
    "private.tickets_named",
    "private.way_back",
    "private.correlation_id",
    "private.may_listen",
    "private.condition_text",
    "private.order_of",
    "private.page_of_queues",
    "private.require_place_in",
    "private.show_tickets",
    "private.redacted_body",
    "private.refuse_change",
    "private.count_unread",
    "private.email_attempts",
    "private.keep_category",
    "private.ticket_facts",
    "private.visible_ticket",
    "api.get_reply_lease",
    "api.read_ticket",
    "api.health",
    "api.list_comments",
    "api.list_events",
    "api.read_my_tickets",
    "api.list_notifications",
    "api.read_queue",
    "api.list_queues",
    "api.list_roles",
    "api.list_ticket_events",
    "api.list_view",
    "api.list_views",
    "api.read_notifications",
}

ENTERED: Mapping[str, set[str]] = {
    "api": {"anon", "authenticated", "service_role"},
    "public": set(OUTSIDERS),
    "private": {"authenticated", "supabase_auth_admin"},
}
