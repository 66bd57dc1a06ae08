-- Macros: canned answers with actions. A macro is applied to a ticket as the caller, by the
-- commands for single changes, in one transaction and one batch of events, which can be undone as a
-- bulk update can. It grants no right.

create table private.macros (
    id uuid primary key default extensions.uuid_generate_v4(),
    scope public.view_scope not null,
    owner_id uuid references public.people (id) on delete cascade,
    queue_id uuid references public.queues (id) on delete cascade,
    name text not null,
    text text,
    actions jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    constraint macros_name_length check (length(name) between 1 and 80),
    constraint macros_name_form check (private.is_single_line(name)),
    constraint macros_text_length check (length(text) between 1 and 10000),
    constraint macros_text_visible check (private.is_visible(text)),
    constraint macros_actions_form check (
        jsonb_typeof(actions) = 'object' and octet_length(actions::text) <= 65536
    ),
    constraint macros_does_something check (text is not null or actions <> '{}'),
    constraint macros_owner check ((scope = 'mine') = (owner_id is not null)),
    constraint macros_team check ((scope = 'team') = (queue_id is not null))
);
comment on table private.macros is
'Canned answers with actions, for one person, the people of a queue or all staff.';
comment on column private.macros.id is 'Identity.';
comment on column private.macros.scope is 'Who can use it.';
comment on column private.macros.owner_id is 'The owner; null when it is shared.';
comment on column private.macros.queue_id is
'The queue whose people share it; null when it is nobody''s or everyone''s.';
comment on column private.macros.name is 'Display name.';
comment on column private.macros.text is
'The public reply, with placeholders; null for none. See private.render_template.';
comment on column private.macros.actions is
'What it changes, as in a bulk update, and a note with placeholders.';
comment on column private.macros.created_at is 'When it was created.';
comment on column private.macros.updated_at is 'When it was last changed.';
comment on column private.macros.version is 'Incremented with every change; its ETag.';
create index macros_owner on private.macros (owner_id);
create index macros_queue on private.macros (queue_id);
create index macros_everyone on private.macros (name, id) where scope = 'everyone';
comment on index private.macros_everyone is 'Serves the list of macros for all staff.';

create trigger increment_version
before update on private.macros
for each row execute function private.increment_version();

create trigger count_written_bytes
before insert or update on private.macros
for each row when (octet_length(new.text) + octet_length(new.actions::text) > 4096)
execute function private.count_written_bytes('text', 'actions');

-- Placeholders ---------------------------------------------------------------
--
-- A name in two braces stands for a value. Only names are looked up, and values are inserted as
-- they are: no expressions, no conditions, and nothing in a value is read as a placeholder.

create function private.placeholder_values(ticket public.tickets, internal boolean) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object(
        'ticket.number', ticket.number,
        'ticket.subject', ticket.subject,
        'requester.name', (select name from public.people where id = ticket.requester_id),
        'assignee.name', (select name from public.people where id = ticket.assignee_id),
        'organization.name', (
            select name from public.organizations where id = ticket.organization_id
        ),
        'agent.name', (select name from public.people where id = private.caller())
    ) || coalesce(
        (
            select jsonb_object_agg('field.' || fields.key, case
                when jsonb_typeof(ticket.data -> fields.key) = 'array' then (
                    select to_jsonb(string_agg(chosen.option, ', '))
                    from jsonb_array_elements_text(ticket.data -> fields.key) as chosen (option)
                )
                else ticket.data -> fields.key
            end)
            from private.fields
            -- The name behind the id of a person is not for everybody to know.
            where fields.type <> 'person' and (internal or fields.visible_to <> 'staff')
        ),
        '{}'
    );
end;
$$;
comment on function private.placeholder_values is
'What placeholders stand for on a ticket, by name: for a note (internal), or for a reply, without the fields that staff alone see.';

create function private.placeholders_in(template text) returns setof text
language sql immutable set search_path = ''
as $$
    select trim(found.parts[1])
    from regexp_matches(template, '[{][{]([^{}]*)[}][}]', 'g') as found (parts);
$$;
comment on function private.placeholders_in is 'The names of the placeholders in a template, in order.';

create function private.render_template(template text, placeholder_values jsonb) returns text
language sql immutable set search_path = ''
as $$
    select string_agg(
        concat(literals.text, placeholder_values ->> names.name), '' order by literals.position
    )
    from unnest(regexp_split_to_array(template, '[{][{][^{}]*[}][}]'))
        with ordinality as literals (text, position)
    left join private.placeholders_in(template)
        with ordinality as names (name, position) using (position);
$$;
comment on function private.render_template is
'A template with the values of its placeholders; nothing for those without a value.';

create function private.require_placeholders(template text, internal boolean) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    known constant text[] := array(
        select jsonb_object_keys(private.placeholder_values(null, internal))
    );
    unknown text := (
        select string_agg(names.name, ', ') from (
            select distinct used.name from private.placeholders_in(template) as used (name)
            where used.name <> all (known) order by used.name
        ) as names
    );
begin
    if unknown is null and (
        template ~ '[{][{][{]'
        or regexp_replace(template, '[{][{][^{}]*[}][}]', '', 'g') ~ '[{][{]'
    ) then
        unknown := 'other use of two braces';
    end if;
    if unknown is not null then
        raise sqlstate 'PT422' using
            message = 'unknown-placeholder',
            detail = format(
                'There is no %s here. There are: %s.',
                unknown,
                (select string_agg(name, ', ' order by name) from unnest(known) as name)
            );
    end if;
end;
$$;
comment on function private.require_placeholders is
'PT422 unless all placeholders of a template can have a value: in a note (internal), or in a reply.';

-- Access ---------------------------------------------------------------------

create function private.usable_macros() returns setof private.macros
language plpgsql stable security definer rows 100 set search_path = ''
as $$
declare
    me constant uuid := private.require_staff();
    readable_queues constant uuid[] := array(select private.readable_queues());
begin
    return query
    select * from private.macros
    where private.may_use_view(scope, owner_id, queue_id, me, readable_queues, true);
end;
$$;
comment on function private.usable_macros is
'The macros of the caller, of the queues that they read, and of all staff; PT403 for others than staff.';

create function private.find_macro(macro uuid) returns private.macros
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_macro private.macros;
begin
    select * into found_macro from private.usable_macros() as macros where macros.id = macro;
    if found_macro.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such macro, or it is not yours to use.';
    end if;
    return found_macro;
end;
$$;
comment on function private.find_macro is 'A macro that the caller can use; PT404 when there is none.';

create function private.require_macro_rights(macro private.macros) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    if macro.scope = 'team' then
        perform private.require_permission('macros.share_team');
    elsif macro.scope = 'everyone' then
        perform private.require_permission('macros.share_all');
    end if;
end;
$$;
comment on function private.require_macro_rights is
'PT403 unless the caller may create and change such a macro.';

create function private.lock_macro(macro uuid, expected_version integer) returns private.macros
language plpgsql security definer set search_path = ''
as $$
declare
    found_macro private.macros;
begin
    select * into found_macro from private.macros
    where id = (private.find_macro(macro)).id
    for update;
    perform private.require_macro_rights(found_macro);
    perform private.require_version(found_macro.version, expected_version);
    return found_macro;
end;
$$;
comment on function private.lock_macro is
'The guard of commands on macros: finds a macro that the caller may change, and locks it; PT401, PT403, PT404, PT412 for another version.';

create function private.check_macro() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    changes constant jsonb := new.actions - 'note';
begin
    if new.actions ? 'note' and (
        not private.has_json_type(new.actions -> 'note', 'string')
        or length(new.actions ->> 'note') not between 1 and 10000
        or not private.is_visible(new.actions ->> 'note')
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A note has 1 to 10,000 characters.';
    end if;
    if changes ?| '{macro,macro_version}' then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'A macro applies no other macro.';
    end if;
    if changes <> '{}' then
        perform private.require_actions(changes);
    end if;
    perform private.require_placeholders(new.text, false);
    perform private.require_placeholders(new.actions ->> 'note', true);
    return new;
end;
$$;
comment on function private.check_macro is
'Refuses a macro with invalid actions or unknown placeholders.';

create trigger check_macro
before insert or update on private.macros
for each row execute function private.check_macro();

-- Commands and queries -------------------------------------------------------

create function private.macro_json(macro private.macros) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select to_jsonb(macro) || jsonb_build_object(
        'owner_name', (select people.name from public.people where people.id = macro.owner_id),
        'queue_name', (select queues.name from public.queues where queues.id = macro.queue_id)
    );
$$;
comment on function private.macro_json is
'A macro as JSON, with the names of its owner and its queue.';

create function api.create_macro(
    name text,
    scope public.view_scope default 'mine',
    queue text default null,
    text text default null,
    actions jsonb default '{}',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_staff();
    macro private.macros;
    response jsonb;
begin
    macro.scope := create_macro.scope;
    macro.queue_id := private.queue_of_view(queue);
    perform private.require_macro_rights(macro);
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_macro', 'name', name, 'scope', scope, 'queue', queue,
            'text', text, 'actions', actions
        )
    );
    if response is not null then
        return response;
    end if;
    if (
        select count(*) from private.macros as shared
        where shared.scope = macro.scope
            and (macro.scope <> 'mine' or shared.owner_id = me)
            and shared.queue_id is not distinct from macro.queue_id
    ) >= 500 then
        raise sqlstate 'PT409' using
            message = 'too-many-macros',
            detail = 'One person, one queue, and everyone together may have 500 macros each.';
    end if;
    insert into private.macros (scope, owner_id, queue_id, name, text, actions)
    values (
        macro.scope,
        case macro.scope when 'mine' then me end,
        macro.queue_id,
        create_macro.name,
        create_macro.text,
        create_macro.actions
    )
    returning * into macro;
    response := private.macro_json(macro);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.create_macro is
'Creates a macro: for oneself, for a team (needs macros.share_team and names its queue), or for everyone (needs macros.share_all).';

create function api.change_macro(
    macro uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target private.macros := private.lock_macro(macro, expected_version);
    former constant private.macros := target;
begin
    perform private.require_fields(changes, '{
        "name": "string", "scope": "string", "queue": "string?", "text": "string?",
        "actions": "object"
    }');
    target := jsonb_populate_record(target, changes - 'queue');
    if changes ? 'queue' then
        target.queue_id := private.queue_of_view(changes ->> 'queue');
    end if;
    if target.scope <> former.scope then
        target.owner_id := case target.scope when 'mine' then private.caller() end;
    end if;
    perform private.require_macro_rights(target);
    if target is distinct from former then
        update private.macros set
            name = target.name,
            scope = target.scope,
            queue_id = target.queue_id,
            owner_id = target.owner_id,
            text = target.text,
            actions = target.actions,
            updated_at = now()
        where id = target.id
        returning * into target;
    end if;
    return private.macro_json(target);
end;
$$;
comment on function api.change_macro is
'Changes the given fields of a macro: name, scope, queue, text, actions (replaced). Needs the permissions for the macro as it was and as it becomes.';

create function api.delete_macro(macro uuid, expected_version integer default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    deleted constant private.macros := private.lock_macro(macro, expected_version);
begin
    delete from private.macros where id = deleted.id;
    return private.macro_json(deleted);
end;
$$;
comment on function api.delete_macro is 'Deletes a macro and returns it.';

create function api.get_macro(macro uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.macro_json(private.find_macro(macro));
end;
$$;
comment on function api.get_macro is 'Returns one macro that the caller can use.';

create function api.list_macros(after jsonb default null, page_size integer default 50)
returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    found json[];
    sort_keys jsonb[];
begin
    select
        array_agg(private.macro_json(listed)::json order by listed.name, listed.id),
        array_agg(jsonb_build_array(listed.name, listed.id) order by listed.name, listed.id)
    into found, sort_keys
    from (
        select * from private.usable_macros() as macros
        where after is null
            or (macros.name, macros.id) > (after ->> 0, (after ->> 1)::uuid)
        order by macros.name, macros.id
        limit private.page_limit(page_size) + 1
    ) as listed;
    return (select to_json(page) from private.page_of(found, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_macros is
'A page of the macros that the caller can use, by name, after a sort key: items, and as next the one to continue after, null at the end.';

-- Applying -------------------------------------------------------------------

create function private.with_macro(change jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    given constant jsonb := change - array['macro', 'macro_version'];
    macro private.macros;
    actions jsonb;
begin
    if not change ? 'macro' then
        return change;
    end if;
    select * into macro from private.usable_macros() as macros
    where macros.id = private.as_uuid(change ->> 'macro');
    if macro.id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-macro',
            detail = 'There is no such macro any more, or it is not yours to use.';
    end if;
    perform private.require_version(macro.version, (change ->> 'macro_version')::integer);
    actions := macro.actions || jsonb_build_object('macro', macro.id)
        || case when macro.text is null then '{}' else jsonb_build_object('reply', macro.text) end;
    -- What is named beside the macro is what is meant.
    return actions - (case when given ? 'status' then 'reason' else '' end) || given
        || case
            when given ? 'data' and actions ? 'data'
                then jsonb_build_object('data', (actions -> 'data') || (given -> 'data'))
            else '{}'
        end;
end;
$$;
comment on function private.with_macro is
'A change with what its macro does, which is as the macro is now: reply, note and actions. PT412 for another version of it, PT422 when there is none.';

create function private.write_from_template(
    ticket public.tickets, template text, visibility public.comment_visibility
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if visibility = 'public' then
        perform private.require_in_queue('tickets.reply', ticket.queue_id);
    end if;
    perform api.add_comment(
        ticket.id::text,
        private.render_template(
            template, private.placeholder_values(ticket, visibility = 'internal')
        ),
        visibility
    );
end;
$$;
comment on function private.write_from_template is
'Adds a comment of the caller to a ticket, made of a template.';

create function private.apply_at_once(ticket uuid, change jsonb) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    item private.bulk_items;
    target public.tickets;
    changed public.tickets;
begin
    item.bulk_update_id := private.current_batch();
    item.position := 1;
    item.ticket := ticket;
    select * into target from public.tickets where id = ticket;
    changed := private.apply_change(target, change);
    item := private.item_outcome(item, target, changed);
    insert into private.bulk_updates (
        id, person_id, at_once, change, total, done, skipped, started_at, finished_at
    )
    values (
        item.bulk_update_id, private.caller(), true, change, 1,
        (item.result = 'done')::integer, (item.result = 'skipped')::integer, now(), now()
    );
    insert into private.bulk_items select (item).*;
    return changed;
end;
$$;
comment on function private.apply_at_once is
'Applies a change to a ticket within a request, as the bulk update whose id is the current batch, so that it can be undone as one.';

create function private.begin_batch(ticket uuid, change jsonb) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    item private.bulk_items;
begin
    item.ticket := ticket;
    -- Before anything is written: agents in order, however the change has to do with two of them.
    perform private.lock_chunk(array[item], change);
    return set_config('autocrm.batch', gen_random_uuid()::text, true);
end;
$$;
comment on function private.begin_batch is
'Locks whom a change to a ticket is about and begins the batch of its events, which whoever calls this ends.';

create function private.run_macro(target public.tickets, change jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    batch constant uuid := private.begin_batch(target.id, change);
    last_position constant integer := (
        select coalesce(max(comments.position), 0) from public.comments
        where comments.ticket_id = target.id
    );
    comment_ids uuid[];
begin
    perform private.apply_at_once(target.id, change);
    perform set_config('autocrm.batch', '', true);
    comment_ids := array(
        select comments.id from public.comments
        where comments.ticket_id = target.id and comments.position > last_position
        order by comments.position
    );
    return jsonb_build_object(
        'batch_id', batch, 'ticket_id', target.id, 'comment_ids', comment_ids
    );
end;
$$;
comment on function private.run_macro is
'Applies a change that comes from a macro to a locked ticket; returns its batch and the comments that it added.';

create function private.macro_result_json(result jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object(
        'batch_id', result -> 'batch_id',
        'ticket', (
            select private.ticket_json(tickets) from public.tickets
            where tickets.id = (result ->> 'ticket_id')::uuid
        ),
        'comments', coalesce(
            (
                select jsonb_agg(private.comment_json(comments) order by comments.position)
                from public.comments
                where comments.id = any (
                    array(select jsonb_array_elements_text(result -> 'comment_ids'))::uuid[]
                )
            ),
            '[]'
        )
    );
end;
$$;
comment on function private.macro_result_json is
'What a macro made of a ticket: its batch, the ticket and the comments that it added.';

create function api.apply_macro(
    ticket text,
    macro uuid,
    macro_version integer default null,
    expected_version integer default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    response jsonb;
begin
    perform private.require_staff();
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'apply_macro', 'ticket', target.id, 'macro', macro,
            'macro_version', macro_version
        )
    );
    if response is null then
        perform private.require_version(private.shown_version(target), expected_version);
        response := private.run_macro(target, private.with_macro(jsonb_build_object(
            'macro', macro, 'macro_version', macro_version
        )));
        perform private.store_response(idempotency_key, response);
    end if;
    return private.macro_result_json(response);
end;
$$;
comment on function api.apply_macro is
'Applies a macro to a ticket, completely or not at all: its reply, its note and its actions, with the rights of the caller. Its batch_id is a bulk update that can be undone.';

create function api.preview_macro(
    ticket text, macro uuid, macro_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    shown jsonb;
begin
    perform private.require_staff();
    begin
        shown := private.run_macro(target, private.with_macro(
            jsonb_build_object('macro', macro, 'macro_version', macro_version)
        ));
        shown := private.macro_result_json(shown);
        raise sqlstate 'AC000' using message = 'Nothing of a preview stays.';
    exception
        when sqlstate 'AC000' then
            return shown - 'batch_id';
    end;
end;
$$;
comment on function api.preview_macro is
'What api.apply_macro would make of a ticket, or the error that it would raise; changes nothing.';

grant execute on function
api.create_macro, api.change_macro, api.delete_macro, api.get_macro, api.list_macros,
api.apply_macro, api.preview_macro
to authenticated;
