-- Processing of bulk updates: workers claim one and apply its items in chunks. Each item is
-- applied as the owner of the bulk update, by the commands for single tickets, so that the same
-- rules and permissions hold.

create function private.bulk_state(ticket public.tickets) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'status', ticket.status,
        'reason', ticket.status_reason,
        'assignee', coalesce(ticket.assignee_id::text, 'none'),
        'priority', ticket.priority,
        'queue', ticket.queue_id,
        'tags', ticket.tags
    );
$$;
comment on function private.bulk_state is
'The fields of a ticket that a bulk update may change, in the form of a change.';

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
                    ticket.tags || array(select jsonb_array_elements_text(change -> 'add_tags'))
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

create function private.apply_change(target public.tickets, change jsonb) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ref constant text := target.id::text;
    -- The assignee may be a member of the new queue only, so moving comes before assigning.
    -- Otherwise it comes last: the caller may have no permissions in the new queue.
    moves_first constant boolean := change ? 'queue'
        and coalesce(change ->> 'assignee', 'none') <> 'none';
    ticket public.tickets;
begin
    if moves_first then
        perform private.change_fields(target, change);
    end if;
    if change ->> 'assignee' = 'none' then
        perform api.release_ticket(ref);
    elsif change ? 'assignee' then
        perform api.assign_ticket(ref, change ->> 'assignee');
    end if;
    if change ? 'status' then
        perform api.update_ticket_status(ref, change ->> 'status', change ->> 'reason');
    end if;
    if not moves_first then
        perform private.change_fields(target, change);
    end if;
    select * into ticket from public.tickets where id = target.id;
    return ticket;
end;
$$;
comment on function private.apply_change is
'Applies the change of a bulk update to one ticket, as the caller; raises the errors of the commands for single tickets.';

create function private.apply_item(item private.bulk_items, change jsonb) returns private.bulk_items
language plpgsql security definer set search_path = ''
as $$
declare
    outcome private.bulk_items := item;
    target public.tickets;
    ticket public.tickets;
    code text;
    violated text;
begin
    -- First, so that a lost permission is reported as such and not as a missing ticket.
    perform private.require_permissions_for(change);
    target := private.lock_ticket(item.ticket, item.expected_version);
    ticket := private.apply_change(target, change);
    if ticket.version = target.version then
        outcome.result := 'skipped';
        outcome.problem := 'unchanged';
        outcome.detail := 'There was nothing to change.';
    else
        outcome.result := 'done';
        outcome.ticket_id := ticket.id;
        outcome.version := ticket.version;
        outcome.before := private.bulk_state(target);
        outcome.after := private.bulk_state(ticket);
    end if;
    return outcome;
exception
    when others then
        get stacked diagnostics
            code = returned_sqlstate, outcome.problem = message_text,
            outcome.detail = pg_exception_detail, violated = constraint_name;
        -- A refusal is a result. Other errors roll back the chunk, which is retried.
        if code = 'PT412' then
            outcome.problem := 'changed-since';
        elsif code ~ '^2[23]' then
            outcome.problem := 'invalid';
            outcome.detail := case
                when violated = '' then 'A value is not acceptable.'
                else format('It breaks the rule %s.', violated)
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
        select distinct private.find_ticket_id(item.ticket) as id from unnest(items) as item
    ) as found
    where private.sees_ticket(found.id);
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
'Locks the tickets of a chunk that the caller sees, then their assignees before and after, as private.lock_tickets_and_agents does.';

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
        version = item.version,
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
        'BULK_UPDATE_PROGRESSED', 'user:' || updated.person_id, true
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
    -- Locks the person first, as deleting a person does, so that the two never deadlock.
    perform from public.profiles
    where id = (select jobs.person_id from private.bulk_updates as jobs where jobs.id = bulk_update)
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
    if job.attempts <= 6 then
        perform private.lock_chunk(chunk, job.change);
    end if;
    foreach item in array chunk loop
        if job.attempts > 6 then
            item.result := 'failed';
            item.problem := 'internal-error';
            item.detail := 'The change failed every time it was tried.';
        else
            item := private.apply_item(item, coalesce(item.change, job.change));
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
    delete from private.bulk_updates where id in (
        select id from private.bulk_updates_expired
        order by finished_at limit max_items for update skip locked
    );
    get diagnostics deleted = row_count;
    return deleted;
end;
$$;
comment on function api.delete_old_bulk_updates is
'Deletes bulk updates that finished over 30 days ago; returns how many. For workers.';

grant execute on function
api.claim_bulk_update, api.apply_bulk_chunk, api.delete_old_bulk_updates
to service_role;
