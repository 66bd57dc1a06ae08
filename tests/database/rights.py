"""Every right there is. What is not in these tables nobody has.

The tests compare them with the catalog both ways: a new table, column, function or
grant fails until it is written here, and so does what is written here in vain.
"""

from collections.abc import Mapping

from tests.commands import COMMANDS

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
        " created_at redacted_at redacted_by mentioned_people mentioned_queues"
        " attachments",
    ),
    "public.attachments": (
        READABLE,
        "id ticket_id comment_id uploader_id object_name name content_type size sha256"
        " state problem created_at checked_at check_due_at check_attempts redacted_at"
        " redacted_by",
    ),
    "private.file_removals": ((), "object_name requested_at"),
    "public.notification_preferences": (READABLE, "person_id type in_app email"),
    "public.notifications": (
        READABLE,
        "id person_id event_id ticket_id type actor_id created_at read_at",
    ),
    "public.organizations": (
        READABLE,
        "id name shares_tickets notes version created_at updated_at",
    ),
    "public.permissions": (READABLE, "permission description"),
    "public.person_roles": (READABLE, "person_id role granted_by granted_at"),
    "public.people": (
        (),
        "id name email organization_id language time_zone kind deactivated_at"
        " merged_into version created_at",
    ),
    "private.person_merges": (
        (),
        "id person_id into_id merged_by merged_at undone_at deactivated_before"
        " ticket_ids comment_ids followed_ids newly_followed_ids account_id email",
    ),
    "private.accounts": ((), "user_id person_id address_changed proven_address"),
    "public.queue_members": (READABLE, "queue_id person_id joined_at"),
    "public.queues": (
        READABLE,
        "id key name is_default archived_at created_at strategy default_priority"
        " released_after wait_limit description open_to_customers"
        " customers_set_priority version",
    ),
    "public.role_permissions": (READABLE, "role permission"),
    "public.roles": (READABLE, "role name built_in version"),
    "public.ticket_events": (
        READABLE,
        "id ticket_id number seq public_seq version public_version type actor_id"
        " is_internal before after occurred_at turn position batch_id correlation_id",
    ),
    "public.ticket_followers": (
        READABLE,
        "person_id ticket_id since number grants_access",
    ),
    "public.ticket_read_markers": (READABLE, "person_id ticket_id seq looked_at"),
    "public.ticket_statuses": (
        READABLE,
        "status category agent_label customer_label position labels is_default active"
        " version",
    ),
    "public.ticket_transitions": (READABLE, "type before after"),
    "public.tickets": (
        READABLE,
        "id number status status_category status_reason data subject type priority"
        " queue_id requester_id organization_id assignee_id follow_up_of tags"
        " waiting_on waiting_since version public_version created_at updated_at"
        " public_updated_at solved_at closed_at skills assigned_at released_by"
        " tag_keys skill_keys",
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
        "id scope owner_id queue_id name conditions sort created_at updated_at version",
    ),
    "private.settings": (
        (),
        "only_row version default_language search_language solved_closes_after"
        " email_delay confirm_new_tickets addresses_are_confirmed"
        " organization_moves_tickets"
        " webhook_disabled_after webhook_log_kept page_scan_limit reply_lease"
        " commands_per_minute commands_per_minute_by_address bytes_per_minute"
        " file_bytes file_bytes_per_day files_per_comment unused_files_kept",
    ),
    "private.setting_definitions": ((), "setting is_public unit minimum maximum"),
    "private.audit_entries": (
        (),
        "id occurred_at actor_id kind action subject subjects changed before after"
        " correlation_id",
    ),
    "private.email_events": ((), "email_id event_id"),
    "private.field_fills": (
        (),
        "field requested_at after_transaction after_number",
    ),
    "private.field_values": (
        (),
        "ticket_id field item queue_id live text_value number_value date_value"
        " boolean_value",
    ),
    "private.fields": (
        (),
        "key type agent_label customer_label ticket_types options pattern"
        " required_to_create required_to_solve visible_to editable_by filterable active"
        " position version created_at updated_at",
    ),
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
    "private.feed_offset": ((), "only_row ahead cursor_key"),
    "private.calendars": (
        (),
        "id name time_zone week holidays version created_at",
    ),
    "private.sla_policies": (
        (),
        "id name position conditions calendar_id targets pauses around_the_clock"
        " warn_before valid_from version created_at",
    ),
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
        " created_by created_at updated_at version",
    ),
    "private.pending_releases": ((), "person_id"),
    "private.organization_domains": ((), "domain organization_id"),
    "private.machine_users": (
        (),
        "id name role password_id created_by created_at updated_at revoked_at version",
    ),
    "private.machine_secrets": (
        (),
        "id machine_id hash created_by created_at expires_at last_used_at",
    ),
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
    "private.search_rebuilds": (
        (),
        "id requester_id organization_id hides_fields requested_at after_transaction"
        " after_number",
    ),
    "private.search_words": ((), "word"),
    "private.ticket_search": ((), "number public_words staff_words bytes"),
    "private.queue_counts": (
        (),
        "id queue_id category difference priority waiting assigned",
    ),
    "private.queue_status_broadcasts": ((), "queue_id status sent_at pending_until"),
    "private.command_counts": ((), "subject slot minute commands bytes"),
}

# Columns of tables that are not readable as a whole, for the same roles. Customers see
# staff and colleagues, but not their addresses.
READABLE_COLUMNS = {"public.people": "id name organization_id created_at"}

# What makes a job due or a row deleted, and who holds which right. Read by functions.
VIEWS = {
    "private.bulk_updates_due",
    "private.bulk_updates_expired",
    "private.emails_due",
    "private.emails_expired",
    "private.field_fills_due",
    "private.file_checks_due",
    "private.held_permissions",
    "private.note_readers",
    "private.notifications_expired",
    "private.organization_readers",
    "private.outbox_due",
    "private.queue_readers",
    "private.queue_statuses_changed",
    "private.search_rebuilds_due",
    "private.solved_tickets_due",
    "private.ticket_readers",
    "private.unused_files",
    "private.uploads_missed",
    "private.webhook_deliveries_due",
    "private.webhook_deliveries_expired",
}

SEQUENCES = {  # nobody's
    "private.audit_entries_id_seq",
    "private.queue_counts_id_seq",
    "private.search_rebuilds_id_seq",
    "public.ticket_events_position_seq",
    "public.tickets_number_seq",
}

# What policies and queries, which run as the caller, are made of.
PIECES_FOR_CALLERS = """
caller
count_unread
feed_cursor
feed_horizon
feed_page_end
feed_place
files_in_event
followed_tickets
has_permission
is_staff
may_join_topic
may_see_ticket
may_use_view
my_profile
named_event_json
names_in_events
note_queues
now
page_limit
page_of
readable_queues
set_notifications_read
shared_organizations
staff
visible_tickets_if_few
"""

# Who may execute what: people and workers the functions of the API's schema.
FUNCTIONS: Mapping[str, set[str]] = {
    **{f"api.{name}": set(each.callers.split()) for name, each in COMMANDS.items()},
    **{f"private.{name}": {"authenticated"} for name in PIECES_FOR_CALLERS.split()},
    "private.custom_access_token_hook": {"supabase_auth_admin"},
}

# These run as the caller on purpose: row-level security decides what they answer.
AS_THE_CALLER = {
    "api.health",
    "api.list_events",
    "api.list_notifications",
    "api.list_permissions",
    "api.list_roles",
    "api.mark_notifications_read",
    "api.whoami",
    "private.agent_order_sql",
    "private.are_changed_tags",
    "private.are_tags",
    "private.are_targets",
    "private.are_translations",
    "private.as_email",
    "private.as_single_line",
    "private.as_uuid",
    "private.attachment_json",
    "private.blank_files",
    "private.branches_sql",
    "private.bulk_state",
    "private.bulk_update_json",
    "private.calendar_json",
    "private.changed_data",
    "private.changed_fields",
    "private.comment_facts",
    "private.comment_highlight",
    "private.conditions_cover",
    "private.count_unread",
    "private.current_batch",
    "private.delivery_json",
    "private.distinct_tags",
    "private.distinct_ticket_refs",
    "private.email_attempts",
    "private.email_words",
    "private.event_facts",
    "private.event_payload",
    "private.field_changes",
    "private.field_filter_sql",
    "private.fields_among",
    "private.files_in_event",
    "private.filter_sql",
    "private.has_json_type",
    "private.hash_of_secret",
    "private.highlight",
    "private.holiday_dates",
    "private.increment_version",
    "private.is_domain",
    "private.is_label",
    "private.is_language",
    "private.is_pattern",
    "private.is_single_line",
    "private.is_suitable",
    "private.is_ticket_ref",
    "private.is_unbroken",
    "private.is_visible",
    "private.is_working_week",
    "private.learnable_words",
    "private.machine_address",
    "private.may_see_ticket",
    "private.may_use_view",
    "private.merge_data",
    "private.merge_patch",
    "private.moves_organization",
    "private.new_webhook_secret",
    "private.normal_domains",
    "private.now",
    "private.only_keys",
    "private.order_sql",
    "private.page_limit",
    "private.page_of",
    "private.parse_time",
    "private.part_pattern",
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
    "private.refuse_audit_change",
    "private.refuse_category_change",
    "private.refuse_fields",
    "private.refuse_revoked",
    "private.refuse_update",
    "private.reply_opens",
    "private.require_calendar_hours",
    "private.require_capacity",
    "private.require_changes",
    "private.require_cursor_of_sort",
    "private.require_definition",
    "private.require_fields",
    "private.require_future",
    "private.require_policy_fields",
    "private.require_time_zone",
    "private.require_version",
    "private.restrict_query",
    "private.search_branches",
    "private.search_languages",
    "private.seconds_left",
    "private.setting_values",
    "private.shown_ticket",
    "private.subscribes_to",
    "private.tag_key",
    "private.tag_keys",
    "private.text_to_redact",
    "private.ticket_fields",
    "private.tolerate_typos",
    "private.translated",
    "private.triaged_priority",
    "private.typed_values",
    "private.value_column",
    "private.value_rule",
    "private.webhook_attempts_limit",
    "private.with_sorted_field",
}

# The predicates that policies and functions share; see private.may_see_ticket.
INLINED = {
    "private.as_uuid",
    "private.current_batch",
    "private.event_facts",
    "private.is_single_line",
    "private.is_ticket_ref",
    "private.is_unbroken",
    "private.is_visible",
    "private.may_see_ticket",
    "private.may_use_view",
    "private.now",
    "private.page_limit",
    "private.redacted_body",
    "private.reply_opens",
    "private.shown_ticket",
    "private.tag_key",
    "private.text_to_redact",
}

ENTERED: Mapping[str, set[str]] = {
    "api": {"anon", "authenticated", "service_role"},
    "public": set(OUTSIDERS),
    "private": {"authenticated", "supabase_auth_admin"},
}
