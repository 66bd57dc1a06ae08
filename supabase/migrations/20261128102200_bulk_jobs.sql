-- Processing of bulk updates: workers claim one and apply its items in chunks. Each item is
-- applied as the owner of the bulk update, by the commands for single tickets, so that the same
-- rules and permissions hold.

create function private.bulk_state(ticket public.tickets) returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'status', ticket.status,
        'reason', ticket.status_reason,
        'assignee', coalesce(ticket.assignee_id::text, 'none'),
        'priority', ticket.priority,
        'queue', ticket.queue_id,
        'tags', ticket.tags,
        'waiting', jsonb_build_object(
            'on', ticket.waiting_on,
            'since', ticket.waiting_since,
            'solved_by_requester', ticket.solved_by_requester
        )
    );
$$;
comment on function private.bulk_state is
'The fields of a ticket that a bulk update may change, in the form of a change, and what follows from them: the waiting, and whether its requester solved it.';

create function private.changed_data(data jsonb, other jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select coalesce(jsonb_object_agg(keys.key, coalesce(data -> keys.key, 'null')), '{}')
    from jsonb_object_keys(data || other) as keys (key)
    where data -> keys.key is distinct from other -> keys.key;
$$;
comment on function private.changed_data is
'The custom fields in which the first data differ from the other, with their values in the first, null for none.';

create function private.field_changes(ticket public.tickets, change jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        jsonb_strip_nulls(jsonb_build_object(
            'priority', change -> 'priority', 'queue', change -> 'queue', 'tags', change -> 'tags'
        ))
        || case
            when change ?| '{add_tags,remove_tags}' then jsonb_build_object('tags', (
                select coalesce(jsonb_agg(tags.tag order by tags.position), '[]')
                from unnest(private.distinct_tags(
                    case
                        when change ? 'tags'
                            then array(select jsonb_array_elements_text(change -> 'tags'))
                        else ticket.tags
                    end || array(select jsonb_array_elements_text(change -> 'add_tags'))
                )) with ordinality as tags (tag, position)
                where private.tag_key(tags.tag) <> all (private.tag_keys(
                    array(select jsonb_array_elements_text(change -> 'remove_tags'))
                ))
            ))
            else '{}'
        end;
$$;
comment on function private.field_changes is
'The part of a change that update_ticket applies, with the resulting tags of the ticket.';

create function private.change_fields(ticket public.tickets, change jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    changes constant jsonb := private.field_changes(ticket, change);
begin
    if changes <> '{}' then
        perform api.update_ticket(ticket.id::text, changes);
    end if;
end;
$$;
comment on function private.change_fields is 'Applies the part of a change that update_ticket applies.';

create function private.move_and_assign(target public.tickets, queue text, person uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    moved public.tickets := target;
begin
    perform private.require_in_queue('tickets.update', target.queue_id);
    moved.queue_id := (private.find_queue(queue)).id;
    if moved.queue_id not in (select private.readable_queues()) then
        raise sqlstate 'PT403' using
            message = 'denied',
            detail = 'The ticket goes to a queue that you do not read, so others assign it there.';
    end if;
    perform private.require_assignment(moved, person);
    if not private.can_work(person, moved.queue_id) then
        raise sqlstate 'PT422' using
            message = 'not-eligible',
            detail = 'This person does not work the queue that the ticket goes to.';
    end if;
    if (moved.queue_id, person) is distinct from (target.queue_id, target.assignee_id) then
        update public.tickets set queue_id = moved.queue_id, assignee_id = person
        where id = target.id;
    end if;
end;
$$;
comment on function private.move_and_assign is
'Moves a ticket to a queue and assigns it there, in one step: the rights to assign, and the assignee, are judged in the new queue. PT403, PT409, PT422.';

create function private.apply_change(target public.tickets, change jsonb) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ref constant text := target.id::text;
    assignee constant text := change ->> 'assignee';
    moves_to_assignee constant boolean := change ? 'queue' and assignee <> 'none';
    ticket public.tickets;
begin
    if change ? 'reply' then
        perform private.write_from_template(target, change ->> 'reply', 'public');
    end if;
    if change ? 'note' then
        perform private.write_from_template(target, change ->> 'note', 'internal');
    end if;
    if moves_to_assignee then
        perform private.move_and_assign(
            target, change ->> 'queue',
            case assignee when 'me' then private.caller() else assignee::uuid end
        );
    elsif assignee = 'none' then
        perform api.release_ticket(ref);
    elsif assignee is not null then
        perform api.assign_ticket(ref, assignee);
    end if;
    -- Before the status, which may require them.
    if change ? 'data' then
        perform api.update_ticket(ref, jsonb_build_object('data', change -> 'data'));
    end if;
    if change ? 'status' then
        perform api.update_ticket_status(ref, change ->> 'status', change ->> 'reason');
    end if;
    -- A move comes last: the caller may have no permissions in the new queue.
    perform private.change_fields(
        target, change - 'data' - case when moves_to_assignee then 'queue' else '' end
    );
    select * into ticket from public.tickets where id = target.id;
    return ticket;
end;
$$;
comment on function private.apply_change is
'Applies the change of a bulk update to one ticket, as the caller; raises the errors of the commands for single tickets.';

-- Undo is a right of its own and no step of the transitions: it restores what was so before, and
-- only that. The rows of its items are the permit for it; clients write none of them.
create function private.restores_status(was public.tickets, now_is public.tickets) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    batch constant uuid := private.current_batch();
begin
    return batch is not null and exists (
        select
        from private.bulk_updates as jobs
        inner join private.bulk_items as items on jobs.id = items.bulk_update_id
        where jobs.id = batch
            and jobs.undone_change is not null
            and items.result is null
            and items.ticket = now_is.id::text
            and items.change ->> 'status' = now_is.status
            and items.expected ->> 'status' = was.status
    );
end;
$$;
comment on function private.restores_status is
'Whether a change of status is part of the undo that the current transaction applies.';

create function private.lock_ticket_to_restore(item private.bulk_items) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    readable constant uuid[] := array(select private.readable_queues());
    ticket public.tickets;
begin
    select * into ticket from public.tickets where id = item.ticket::uuid for update;
    -- Whoever moved it to a queue that they do not read may move it back.
    if ticket.queue_id = any (readable) or (
        item.expected ->> 'queue' = ticket.queue_id::text
        and (item.change ->> 'queue')::uuid = any (readable)
    ) then
        return ticket;
    end if;
    raise sqlstate 'PT404' using
        message = 'not-found',
        detail = 'There is no such ticket, or its queue is not yours to work any more.';
end;
$$;
comment on function private.lock_ticket_to_restore is
'The guard of undo: locks a ticket whose queue the caller reads, or out of whose former queue, which they read, the undone change moved it; PT404.';

create function private.require_restorable(
    ticket public.tickets, item private.bulk_items, restored public.tickets
) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    differing constant text := (
        select string_agg(fields.key, ', ' order by fields.key)
        from (
            select expected.key, expected.value, private.bulk_state(ticket) -> expected.key as now
            from jsonb_each(item.expected - 'data') as expected
            union all
            select 'data.' || expected.key, expected.value, coalesce(ticket.data -> expected.key, 'null')
            from jsonb_each(item.expected -> 'data') as expected
        ) as fields
        where fields.value is distinct from fields.now
    );
begin
    if differing is not null then
        raise sqlstate 'PT412' using
            message = 'changed-since', detail = format('This has changed since: %s.', differing);
    end if;
    if restored.status_category = 'new' and restored.assignee_id is not null then
        raise sqlstate 'PT412' using
            message = 'changed-since',
            detail = 'It has been assigned since, and a new ticket has no assignee.';
    end if;
    if restored.status_category = 'solved'
    and restored.assignee_id is null
    and not restored.solved_by_requester then
        raise sqlstate 'PT409' using
            message = 'solved-needs-assignee',
            detail = 'It has no assignee then, and a solved ticket needs one.';
    end if;
    if (restored.assignee_id, restored.queue_id)
    is distinct from (ticket.assignee_id, ticket.queue_id)
    and restored.assignee_id is not null
    and restored.status_category not in ('solved', 'closed')
    and not private.can_work(restored.assignee_id, restored.queue_id) then
        raise sqlstate 'PT422' using
            message = 'not-eligible',
            detail = 'Its former assignee does not work its former queue any more.';
    end if;
end;
$$;
comment on function private.require_restorable is
'PT412 when a field has changed since the change to undo; PT409 or PT422 when the restored ticket would break a rule.';

create function private.merge_data(data jsonb, restored jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        (data - array(select jsonb_object_keys(restored)))
        || coalesce(
            (
                select jsonb_object_agg(field.key, field.value)
                from jsonb_each(restored) as field
                where field.value <> 'null'
            ),
            '{}'
        );
$$;
comment on function private.merge_data is
'Data with some custom fields as they were: replaced whole, and null removes.';

create function private.restore_ticket(target public.tickets, item private.bulk_items)
returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    fields constant jsonb := private.bulk_state(target) || item.change;
    ticket public.tickets := target;
begin
    ticket.status := fields ->> 'status';
    ticket.status_category := (
        select statuses.category from public.ticket_statuses as statuses
        where statuses.status = ticket.status
    );
    ticket.status_reason := fields ->> 'reason';
    ticket.assignee_id := nullif(fields ->> 'assignee', 'none');
    ticket.priority := fields ->> 'priority';
    ticket.queue_id := fields ->> 'queue';
    ticket.tags := array(select jsonb_array_elements_text(fields -> 'tags'));
    if item.change ? 'data' then
        perform private.require_settable(
            item.change -> 'data', private.has_permission('tickets.note')
        );
        ticket.data := private.merge_data(target.data, item.change -> 'data');
    end if;
    if ticket.status_category <> target.status_category then
        ticket.waiting_on := fields #>> '{waiting,on}';
        ticket.waiting_since := fields #>> '{waiting,since}';
        ticket.solved_by_requester := fields #>> '{waiting,solved_by_requester}';
    end if;
    perform private.require_restorable(target, item, ticket);
    update public.tickets
    set
        status = ticket.status,
        status_reason = ticket.status_reason,
        assignee_id = ticket.assignee_id,
        priority = ticket.priority,
        queue_id = ticket.queue_id,
        tags = ticket.tags,
        data = ticket.data,
        waiting_on = ticket.waiting_on,
        waiting_since = ticket.waiting_since,
        solved_by_requester = ticket.solved_by_requester
    where id = target.id
    returning * into ticket;
    return ticket;
end;
$$;
comment on function private.restore_ticket is
'Restores the fields of a ticket that a bulk update changed, unless they have changed since; with the status, since when the ticket waits for whom.';

create function private.item_outcome(
    item private.bulk_items, target public.tickets, ticket public.tickets
) returns private.bulk_items
language plpgsql stable set search_path = ''
as $$
declare
    outcome private.bulk_items := item;
begin
    if ticket.version = target.version then
        outcome.result := 'skipped';
        outcome.problem := 'unchanged';
        outcome.detail := 'There was nothing to change.';
    else
        outcome.result := 'done';
        outcome.ticket_id := ticket.id;
        outcome.before := private.bulk_state(target)
            || jsonb_build_object('data', private.changed_data(target.data, ticket.data));
        outcome.after := private.bulk_state(ticket)
            || jsonb_build_object('data', private.changed_data(ticket.data, target.data));
    end if;
    return outcome;
end;
$$;
comment on function private.item_outcome is
'An item with its result, of a ticket before and after the change.';

create function private.apply_item(item private.bulk_items, job private.bulk_updates)
returns private.bulk_items
language plpgsql security definer set search_path = ''
as $$
declare
    change constant jsonb := coalesce(job.undone_change, item.change, job.change);
    outcome private.bulk_items := item;
    target public.tickets;
    ticket public.tickets;
    code text;
    violated text;
begin
    -- First, so that a lost permission is reported as such and not as a missing ticket.
    perform private.require_permissions_for(change);
    if job.undone_change is null then
        target := private.lock_ticket(item.ticket);
        ticket := private.apply_change(target, change);
    else
        target := private.lock_ticket_to_restore(item);
        ticket := private.restore_ticket(target, item);
    end if;
    return private.item_outcome(item, target, ticket);
exception
    when others then
        get stacked diagnostics
            code = returned_sqlstate, outcome.problem = message_text,
            outcome.detail = pg_exception_detail, violated = constraint_name;
        -- A refusal is a result. Other errors roll back the chunk, which is retried.
        if code ~ '^2[23]' then
            outcome.problem := 'invalid';
            outcome.detail := case
                when violated = 'tickets_tags_count' then '`tags` has too many entries.'
                else 'A value is not acceptable.'
            end;
        elsif code !~ '^PT4' then
            raise;
        end if;
        outcome.result := case when code = 'PT412' then 'skipped' else 'failed' end;
        return outcome;
end;
$$;
comment on function private.apply_item is
'Applies one item as the caller, completely or not at all, and returns it with its result.';

create function private.lock_chunk(items private.bulk_items[], change jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    ticket_ids uuid[];
    agent_ids uuid[];
begin
    select array_agg(found.id) into ticket_ids
    from (
        select distinct
            private.find_ticket_id(item.ticket) as id, item.expected is not null as is_undo
        from unnest(items) as item
    ) as found
    where found.is_undo or private.sees_ticket(found.id);
    select array_agg(distinct person_roles.person_id) into agent_ids
    from public.person_roles
    inner join public.role_permissions using (role)
    where role_permissions.permission = 'tickets.take'
        and person_roles.person_id in (
            select
                case changes.assignee
                    when 'none' then null
                    when 'me' then private.caller()
                    else changes.assignee::uuid
                end
            from (
                select coalesce(item.change, lock_chunk.change) ->> 'assignee' as assignee
                from unnest(items) as item
            ) as changes
        );
    perform private.lock_tickets_and_agents(coalesce(ticket_ids, '{}'), coalesce(agent_ids, '{}'));
end;
$$;
comment on function private.lock_chunk is
'Locks the tickets of a chunk that the caller sees, or has changed, then their assignees before and after, as private.lock_tickets_and_agents does.';

create function private.record_results(job private.bulk_updates, outcomes private.bulk_items[])
returns private.bulk_updates
language plpgsql security definer set search_path = ''
as $$
declare
    updated private.bulk_updates;
begin
    update private.bulk_items as items
    set
        result = item.result,
        problem = item.problem,
        detail = item.detail,
        ticket_id = item.ticket_id,
        before = item.before,
        after = item.after
    from unnest(outcomes) as item
    where items.bulk_update_id = item.bulk_update_id and items.position = item.position;
    update private.bulk_updates as jobs
    set
        done = jobs.done + counts.done,
        skipped = jobs.skipped + counts.skipped,
        failed = jobs.failed + counts.failed,
        finished_at = case
            when jobs.done + jobs.skipped + jobs.failed + cardinality(outcomes) = jobs.total
                then clock_timestamp()
        end,
        due_at = clock_timestamp(),
        -- After failures of whole chunks, continue item by item.
        attempts = case when jobs.attempts > 3 then 3 else 0 end
    from (
        select
            count(*) filter (where item.result = 'done') as done,
            count(*) filter (where item.result = 'skipped') as skipped,
            count(*) filter (where item.result = 'failed') as failed
        from unnest(outcomes) as item
    ) as counts
    where jobs.id = job.id
    returning jobs.* into updated;
    perform realtime.send(
        private.bulk_update_json(updated),
        'BULK_UPDATE_PROGRESSED', private.user_topic(updated.person_id), true
    );
    return updated;
end;
$$;
comment on function private.record_results is
'Records the results of items, updates the progress of their bulk update, and broadcasts it to the owner.';

create function api.claim_bulk_update(lease_seconds integer default 60) returns jsonb
language sql security definer set search_path = ''
as $$
    update private.bulk_updates
    set
        attempts = attempts + 1,
        started_at = coalesce(started_at, now()),
        due_at = now() + make_interval(secs => lease_seconds)
    where id = (
        select due.id from private.bulk_updates_due as due
        order by due.due_at
        limit 1
        for no key update skip locked
    )
    returning jsonb_build_object('id', id, 'attempt', attempts);
$$;
comment on function api.claim_bulk_update is
'Claims the least recently processed bulk update for lease_seconds; null when none is due. For workers.';

create function private.impersonate(person uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    previous_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
begin
    perform set_config(
        'request.jwt.claims',
        jsonb_build_object(
            'sub', (select user_id from private.accounts where person_id = person),
            'aud', 'authenticated'
        )::text,
        true
    );
    return previous_claims;
end;
$$;
comment on function private.impersonate is
'Makes a person the caller, so that commands and their predicates decide by the rights of this person; returns the claims to pass to private.stop_impersonating. Granted to nobody.';

create function private.stop_impersonating(previous_claims text) returns void
language sql security definer set search_path = ''
as $$
    select set_config('request.jwt.claims', previous_claims, true);
$$;
comment on function private.stop_impersonating is 'Restores the caller of before private.impersonate.';

create function api.apply_bulk_chunk(
    bulk_update uuid, attempt integer, max_items integer default 50
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    job private.bulk_updates;
    previous_claims text;
    chunk private.bulk_items[];
    item private.bulk_items;
    outcomes private.bulk_items[] := '{}';
begin
    -- Locks the person first, as deleting a person does, so that the two never deadlock; then
    -- their account, so that a chunk is not refused from its middle on when it is deleted.
    perform from public.people
    where id = (select jobs.person_id from private.bulk_updates as jobs where jobs.id = bulk_update)
    for key share;
    perform from private.accounts
    where person_id = (
        select jobs.person_id from private.bulk_updates as jobs where jobs.id = bulk_update
    )
    for key share;
    -- A concurrent worker waits here until the chunk before is committed.
    select * into job from private.bulk_updates
    where id = bulk_update and finished_at is null and attempts = attempt
    for no key update;
    if job.id is null then
        return null;
    end if;
    chunk := array(
        select items from private.bulk_items as items
        where items.bulk_update_id = job.id and items.result is null
        order by items.position
        -- After three failures, item by item, to find the one that fails.
        limit case when job.attempts > 3 then 1 else max_items end
    );
    previous_claims := private.impersonate(job.person_id);
    perform set_config('autocrm.batch', job.id::text, true);
    -- Whoever was banned meanwhile is refused item by item.
    if job.attempts <= 6 and private.can_sign_in(job.person_id) then
        perform private.lock_chunk(chunk, job.change);
    end if;
    foreach item in array chunk loop
        if job.attempts > 6 then
            item.result := 'failed';
            item.problem := 'internal-error';
            item.detail := 'The change failed every time it was tried.';
        else
            item := private.apply_item(item, job);
        end if;
        outcomes := outcomes || item;
    end loop;
    perform set_config('autocrm.batch', '', true);
    perform private.stop_impersonating(previous_claims);
    return private.bulk_update_json(private.record_results(job, outcomes));
end;
$$;
comment on function api.apply_bulk_chunk is
'Applies the next items of a claimed bulk update in one transaction, with the current permissions of its owner; null when another worker has claimed it. For workers.';

create function api.delete_old_bulk_updates(max_items integer default 20) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    deleted integer;
begin
    delete from private.bulk_updates where id = any (array(
        select id from private.bulk_updates_expired
        order by finished_at limit max_items for update skip locked
    ));
    get diagnostics deleted = row_count;
    return deleted;
end;
$$;
comment on function api.delete_old_bulk_updates is
'Deletes bulk updates that finished over 30 days ago; returns how many. For workers.';

grant execute on function
api.claim_bulk_update, api.apply_bulk_chunk, api.delete_old_bulk_updates
to service_role;
