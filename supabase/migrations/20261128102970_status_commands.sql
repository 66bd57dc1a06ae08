-- Statuses as people see them, and commands about them; statuses.manage adds and changes them.

create function private.labels_of(status public.ticket_statuses) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        settings.default_language,
        jsonb_build_object(
            'agent_label', status.agent_label, 'customer_label', status.customer_label
        )
    ) || status.labels
    from private.settings;
$$;
comment on function private.labels_of is
'The labels of a status by language, the default language among them.';

create function private.status_json(
    status public.ticket_statuses, languages text[], for_staff boolean, with_labels boolean
) returns jsonb
language sql stable security definer set search_path = ''
as $$
    with texts as (
        select
            private.labels_of(status) as by_language,
            array['agent_label', 'customer_label'] as kinds
    ),

    chosen as (
        select jsonb_object_agg(
            kind,
            private.translated(
                (
                    select jsonb_object_agg(language, label -> kind)
                    from jsonb_each(texts.by_language) as labels (language, label)
                ),
                to_jsonb(status) ->> kind,
                languages
            )
        ) as labels
        from texts
        cross join unnest(texts.kinds) as kind
    )

    select jsonb_build_object(
        'status', status.status,
        'category', status.category,
        'label', chosen.labels -> case
            when for_staff then 'agent_label' else 'customer_label'
        end,
        'customer_label', chosen.labels -> 'customer_label',
        'agent_label', case when for_staff then chosen.labels -> 'agent_label' end,
        'labels', case when with_labels then texts.by_language end,
        'position', status.position,
        'is_default', status.is_default,
        'active', status.active,
        'version', status.version
    )
    from texts
    cross join chosen;
$$;
comment on function private.status_json is
'A status with its labels in the first of some languages that it has: for customers without the label for agents, for who manages statuses in all languages.';

create function api.list_statuses(languages text[] default '{}') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    manages boolean;
    for_staff boolean;
begin
    perform private.require_caller();
    manages := private.has_permission('statuses.manage');
    for_staff := manages or private.is_staff();
    return jsonb_build_object(
        'items', (
            select jsonb_agg(
                private.status_json(statuses, languages, for_staff, manages)
                order by statuses.position, statuses.status
            )
            from public.ticket_statuses as statuses
        ),
        'next', null,
        'steps', (
            select jsonb_object_agg(by_type.type, by_type.steps)
            from (
                select
                    types.type,
                    jsonb_object_agg(
                        categories.before,
                        to_jsonb(array(
                            select steps.after from public.ticket_transitions as steps
                            where steps.type = types.type and steps.before = categories.before
                                -- Nobody closes a ticket by hand.
                                and steps.after <> 'closed'
                            order by steps.after
                        ))
                    ) as steps
                from unnest(enum_range(null::public.ticket_type)) as types (type)
                cross join unnest(enum_range(null::public.status_category))
                    as categories (before)
                group by types.type
            ) as by_type
        )
    );
end;
$$;
comment on function api.list_statuses is
'All statuses, with labels for the caller in the first of some languages that there is; and by type of ticket and category, the categories that people may move it to.';

-- Commands -------------------------------------------------------------------

create function private.require_default_status() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (
        select from unnest(enum_range(null::public.status_category)) as known (category)
        where not exists (
            select from public.ticket_statuses as statuses
            where statuses.category = known.category and statuses.is_default
        )
    ) then
        raise sqlstate 'PT409' using
            message = 'default-status',
            detail = 'Tickets get this status by themselves. Make another one of its category the default first.';
    end if;
    return null;
end;
$$;
comment on function private.require_default_status is
'PT409 at the end of a transaction that leaves a category without a default status.';

create constraint trigger require_default_status
after update or delete on public.ticket_statuses
deferrable initially deferred
for each row when (old.is_default) execute function private.require_default_status();

create function private.set_default_status(status public.ticket_statuses)
returns public.ticket_statuses
language plpgsql security definer set search_path = ''
as $$
begin
    if not status.active then
        raise sqlstate 'PT409' using
            message = 'default-status',
            detail = 'The default status of a category takes tickets, so it is active.';
    end if;
    update public.ticket_statuses as former set is_default = false
    where former.category = status.category and former.is_default
        and former.status <> status.status;
    status.is_default := true;
    return status;
end;
$$;
comment on function private.set_default_status is
'A status as the default of its category, in place of the former one; PT409 for one that is switched off.';

create function private.set_labels(status public.ticket_statuses, labels jsonb)
returns public.ticket_statuses
language plpgsql stable security definer set search_path = ''
as $$
declare
    language constant text := (select default_language from private.settings);
begin
    if not coalesce(private.are_translations(labels), false) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'Labels are an object: by language, such as de or pt-BR, an agent_label and a customer_label.';
    end if;
    if labels -> language is not null then
        status.agent_label := labels #>> array[language, 'agent_label'];
        status.customer_label := labels #>> array[language, 'customer_label'];
    end if;
    status.labels := labels - language;
    return status;
end;
$$;
comment on function private.set_labels is
'A status with these labels by language; those of the default language stand in columns. PT422 for what are none.';

create function api.create_status(
    status text,
    category public.status_category,
    agent_label text,
    customer_label text,
    labels jsonb default '{}',
    "position" integer default null,
    is_default boolean default false,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    request constant jsonb := jsonb_build_object(
        'command', 'create_status', 'status', status, 'category', category,
        'agent_label', agent_label, 'customer_label', customer_label, 'labels', labels,
        'position', "position", 'is_default', is_default
    );
    response jsonb;
    draft public.ticket_statuses;
    created public.ticket_statuses;
begin
    perform private.require_permission('statuses.manage');
    response := private.stored_response(idempotency_key, request);
    if response is not null then
        return response;
    end if;
    -- One writer at a time: two may make different statuses the default of a category. Tickets
    -- that refer to statuses do not wait.
    lock table public.ticket_statuses in share row exclusive mode;
    if (select count(*) >= 100 from public.ticket_statuses) then
        raise sqlstate 'PT409' using
            message = 'too-many', detail = 'There are 100 statuses, which is all a desk has.';
    end if;
    if length(create_status.status) > 50 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'The key of a status has 50 characters at most.';
    end if;
    draft.status := create_status.status;
    draft.category := create_status.category;
    draft.agent_label := create_status.agent_label;
    draft.customer_label := create_status.customer_label;
    draft := private.set_labels(draft, coalesce(create_status.labels, '{}'));
    draft.active := true;
    draft.is_default := false;
    draft.position := coalesce(
        create_status.position,
        (select least(max(statuses.position) + 1, 1000) from public.ticket_statuses as statuses)
    );
    if create_status.is_default then
        draft := private.set_default_status(draft);
    end if;
    insert into public.ticket_statuses (
        status, category, agent_label, customer_label, labels, position, is_default
    )
    values (
        draft.status, draft.category, draft.agent_label, draft.customer_label, draft.labels,
        draft.position, draft.is_default
    )
    on conflict on constraint ticket_statuses_pkey do nothing
    returning * into created;
    if created.status is null then
        raise sqlstate 'PT409' using
            message = 'key-taken',
            detail = 'There is a status with this key already, perhaps one that is switched off.';
    end if;
    response := private.status_json(created, '{}', true, true);
    perform private.store_response(idempotency_key, response);
    return response;
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_status is
'Adds a status to a category, if desired as its default; needs statuses.manage.';

create function api.change_status(
    status text, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.ticket_statuses;
    changed public.ticket_statuses;
begin
    perform private.require_permission('statuses.manage');
    lock table public.ticket_statuses in share row exclusive mode;
    select * into target from public.ticket_statuses as statuses
    where statuses.status = change_status.status;
    if target.status is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such status.';
    end if;
    perform private.require_version(target.version, expected_version);
    perform private.require_fields(changes, '{
        "agent_label": "string", "customer_label": "string", "labels": "object",
        "position": "integer", "is_default": "boolean", "active": "boolean"
    }');
    changed := jsonb_populate_record(target, changes - 'labels');
    if changes ? 'labels' then
        changed := private.set_labels(changed, changes -> 'labels');
    end if;
    if target.is_default and not (changed.is_default and changed.active) then
        raise sqlstate 'PT409' using
            message = 'default-status',
            detail = 'Tickets get this status by themselves. Make another one of its category the default first.';
    end if;
    if changed.is_default and not target.is_default then
        changed := private.set_default_status(changed);
    end if;
    if changed is distinct from target then
        update public.ticket_statuses as statuses set
            agent_label = changed.agent_label,
            customer_label = changed.customer_label,
            labels = changed.labels,
            position = changed.position,
            is_default = changed.is_default,
            active = changed.active
        where statuses.status = target.status
        returning * into target;
    end if;
    return private.status_json(target, '{}', true, true);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_status is
'Changes the given fields of a status: labels, position, whether it is the default of its category, and whether tickets may get it; needs statuses.manage.';

grant execute on function api.list_statuses, api.create_status, api.change_status
to authenticated;
