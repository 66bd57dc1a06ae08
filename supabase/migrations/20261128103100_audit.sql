-- The audit: who changed what about the desk, when, and from what to what. It is written in the
-- transaction of the change, by one trigger function, whoever changes; nobody changes or deletes
-- it. It has ids and not names of people, so that erasing a person leaves it whole.

create table private.audit_entries (
    id bigint generated always as identity primary key,
    occurred_at timestamptz not null default now(),
    actor_id uuid,
    kind text not null,
    action text not null,
    subject jsonb not null,
    subjects text[] not null,
    changed text[] not null,
    before jsonb,
    after jsonb,
    correlation_id text,
    constraint audit_entries_action check (action in ('created', 'changed', 'deleted'))
);
comment on table private.audit_entries is 'Every change of what administrators manage; append-only.';
comment on column private.audit_entries.id is 'Identity, and the order in lists.';
comment on column private.audit_entries.occurred_at is 'When.';
comment on column private.audit_entries.actor_id is
'Who; null for the system. Not a foreign key, because it outlives the person.';
comment on column private.audit_entries.kind is 'What kind of thing was changed.';
comment on column private.audit_entries.action is 'Created, changed or deleted.';
comment on column private.audit_entries.subject is 'The ids and keys of what was changed, by column.';
comment on column private.audit_entries.subjects is
'What the entry is found by: the kind, and each id and key.';
comment on column private.audit_entries.changed is
'The columns that a change changed, also those whose values are not recorded.';
comment on column private.audit_entries.before is
'The values before, of the columns that are recorded; null for what was created.';
comment on column private.audit_entries.after is
'The values after, of the columns that are recorded; null for what was deleted.';
comment on column private.audit_entries.correlation_id is 'The request that did it.';
create index audit_entries_actor on private.audit_entries (actor_id, id);
create index audit_entries_subjects on private.audit_entries using gin (subjects);

create function private.refuse_audit_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'append-only', detail = 'The audit is never changed.';
end;
$$;
comment on function private.refuse_audit_change is 'Refuses to change or delete entries of the audit, whoever writes.';

create trigger refuse_audit_change
before update or delete or truncate on private.audit_entries
for each statement execute function private.refuse_audit_change();

create function private.only_keys(object jsonb, keys text[]) returns jsonb
language sql immutable set search_path = ''
as $$
    select case
        when object is not null then coalesce(
            (select jsonb_object_agg(key, object -> key) from unnest(keys) as key where object ? key),
            '{}'
        )
    end;
$$;
comment on function private.only_keys is 'An object with these of its keys alone; null for null.';

create function private.record_audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    was constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    now_is constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    recorded text[] := string_to_array(tg_argv[2], ' ');
    noticed constant text[] := recorded || string_to_array(coalesce(tg_argv[3], ''), ' ');
    subject constant jsonb := private.only_keys(
        coalesce(now_is, was), string_to_array(tg_argv[1], ' ')
    );
    changed text[] := '{}';
begin
    if tg_op = 'UPDATE' then
        changed := array(
            select column_name from unnest(noticed) as column_name
            where was -> column_name is distinct from now_is -> column_name
        );
        if cardinality(changed) = 0 then
            return null;
        end if;
        recorded := array(
            select column_name from unnest(recorded) as column_name
            where column_name = any (changed)
        );
    end if;
    insert into private.audit_entries (
        actor_id, kind, action, subject, subjects, changed, before, after, correlation_id
    )
    values (
        private.caller(),
        tg_argv[0],
        case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'deleted' end,
        subject,
        array[tg_argv[0]] || array(select value from jsonb_each_text(subject)),
        changed,
        private.only_keys(was, recorded),
        private.only_keys(now_is, recorded),
        private.correlation_id()
    );
    return null;
end;
$$;
comment on function private.record_audit is
'Records a change in the audit. Its arguments are lists of words: the kind; the columns that identify a row; the columns whose values are recorded; and those of which only that they changed is recorded. No name, address, free text or secret is among the recorded ones.';

-- What is audited ------------------------------------------------------------

create trigger record_audit after insert or update or delete on public.roles
for each row execute function private.record_audit('role', 'role', 'name built_in');

create trigger record_audit after insert or update or delete on public.role_permissions
for each row execute function private.record_audit('permission', 'role permission', '');

create trigger record_audit after insert or update or delete on public.person_roles
for each row execute function private.record_audit('person_role', 'person_id role', '');

create trigger record_audit after insert or update or delete on public.people
for each row execute function private.record_audit(
    'person',
    'id',
    'organization_id language time_zone kind deactivated_at merged_into',
    'name email'
);

create trigger record_audit after insert or update or delete on private.accounts
for each row execute function private.record_audit('account', 'user_id', 'person_id');

create trigger record_audit after insert or update or delete on public.organizations
for each row execute function private.record_audit(
    'organization', 'id', 'shares_tickets', 'name notes'
);

create trigger record_audit after insert or update or delete on private.organization_domains
for each row execute function private.record_audit('domain', 'domain', 'organization_id');

create trigger record_audit after insert or update or delete on public.queues
for each row execute function private.record_audit(
    'queue',
    'id',
    'key name is_default archived_at strategy default_priority released_after wait_limit '
    'open_to_customers customers_set_priority',
    'description'
);

create trigger record_audit after insert or update or delete on public.queue_members
for each row execute function private.record_audit('membership', 'queue_id person_id', '');

-- Not for each change of their load.
create trigger record_audit after insert or update of capacity, skills or delete on public.agents
for each row execute function private.record_audit('agent', 'person_id', 'capacity', 'skills');

create trigger record_audit after insert or update or delete on private.settings
for each row execute function private.record_audit(
    'settings',
    '',
    'default_language solved_closes_after email_delay confirm_new_tickets '
    'addresses_are_confirmed organization_moves_tickets '
    'webhook_disabled_after webhook_log_kept page_scan_limit reply_lease commands_per_minute '
    'commands_per_minute_by_address bytes_per_minute'
);

create trigger record_audit after insert or update or delete on public.ticket_statuses
for each row execute function private.record_audit(
    'status',
    'status',
    'category agent_label customer_label labels position is_default active'
);

create trigger record_audit after insert or update or delete on private.fields
for each row execute function private.record_audit(
    'field',
    'key',
    'type agent_label customer_label ticket_types options pattern required_to_create '
    'required_to_solve visible_to editable_by filterable active position'
);

create trigger record_audit after insert or update or delete on private.calendars
for each row execute function private.record_audit(
    'calendar', 'id', 'time_zone week holidays', 'name'
);

create trigger record_audit after insert or update or delete on private.sla_policies
for each row execute function private.record_audit(
    'policy',
    'id',
    'position conditions calendar_id targets pauses around_the_clock warn_before',
    'name'
);

create trigger record_audit after insert or update or delete on private.machine_users
for each row execute function private.record_audit(
    'machine', 'id', 'role revoked_at', 'name password_id'
);

create trigger record_audit after insert or update or delete on private.machine_secrets
for each row execute function private.record_audit('secret', 'id machine_id', 'expires_at', 'hash');

create trigger record_audit after insert or update or delete on public.ticket_transitions
for each row execute function private.record_audit('transition', 'type before after', '');

create trigger record_audit after insert or update or delete on private.webhook_endpoints
for each row execute function private.record_audit(
    'webhook',
    'id',
    'event_types include_internal paused_at disabled_at disabled_reason',
    'url description secret_id old_secret_id'
);

create trigger record_audit after insert on public.ticket_events
for each row when (new.type in ('TICKET_REDACTED', 'TICKET_COMMENT_REDACTED'))
execute function private.record_audit('redaction', 'ticket_id id', 'type number');

-- Reading it -----------------------------------------------------------------

create function private.names_of(texts text[]) returns jsonb
language sql stable security definer set search_path = ''
as $$
    with ids as (
        select private.as_uuid(text) as id from unnest(texts) as text
    )

    select coalesce(jsonb_object_agg(named.id, named.name), '{}')
    from (
        select people.id, people.name from public.people
        inner join ids using (id)
        union
        select queues.id, queues.name from public.queues
        inner join ids using (id)
        union
        select organizations.id, organizations.name from public.organizations
        inner join ids using (id)
    ) as named;
$$;
comment on function private.names_of is
'The present names of those of some ids that are of people, queues and organizations.';

create function private.audit_json(entry private.audit_entries) returns json
language sql stable security definer set search_path = ''
as $$
    select json_build_object(
        'id', entry.id::text,
        'occurred_at', entry.occurred_at,
        'actor_id', entry.actor_id,
        'kind', entry.kind,
        'action', entry.action,
        'subject', entry.subject,
        'changed', entry.changed,
        'before', entry.before,
        'after', entry.after,
        'names', private.names_of(
            array[entry.actor_id::text] || array(
                select fields.value from jsonb_each_text(entry.subject) as fields
                union
                select fields.value from jsonb_each_text(coalesce(entry.before, '{}')) as fields
                union
                select fields.value from jsonb_each_text(coalesce(entry.after, '{}')) as fields
            )
        ),
        'correlation_id', entry.correlation_id
    );
$$;
comment on function private.audit_json is
'An entry of the audit, with the present names of the people, queues and organizations in it.';

create function api.list_audit(
    actor uuid default null,
    subject text default null,
    after jsonb default null,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    before_id constant bigint := (after ->> 0)::bigint;
    shown json[];
    sort_keys jsonb[];
    page record;
begin
    perform private.require_permission('audit.read');
    select
        array_agg(private.audit_json(entries) order by entries.id desc),
        array_agg(jsonb_build_array(entries.id) order by entries.id desc)
    into shown, sort_keys
    from (
        select * from private.audit_entries as found
        where (actor is null or found.actor_id = actor)
            and (list_audit.subject is null or found.subjects @> array[list_audit.subject])
            and (before_id is null or found.id < before_id)
        order by found.id desc
        limit private.page_limit(page_size) + 1
    ) as entries;
    select * into page from private.page_of(shown, sort_keys, page_size);
    return json_build_object('items', page.items, 'next', page.next);
end;
$$;
comment on function api.list_audit is
'A page of the audit, the newest first: of an actor, and of a subject, which is a kind, or an id or key of what was changed. Needs audit.read.';

grant execute on function api.list_audit to authenticated;
