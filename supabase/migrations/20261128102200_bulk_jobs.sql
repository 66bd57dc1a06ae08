-- The work of bulk updates. Everything is done as the person who asked, by the commands
-- that do it to one ticket, so that rules and rights are those of single changes.

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
'What a bulk update may change of a ticket, in the words of a change.';

create function private.field_changes(ticket public.tickets, change jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
    select
        jsonb_strip_nulls(jsonb_build_object(
            'priority', change -> 'priority', 'queue', change -> 'queue', 'tags', change -> 'tags'
        ))
        || case
            when change ?| '{add_tags,remove_tags}' then jsonb_build_object('tags', (
                select coalesce(jsonb_agg(words.tag order by words.place), '[]')
                from (
                    select tagged.tag, min(tagged.place) as place
                    from unnest(
                        ticket.tags || array(
                            select jsonb_array_elements_text(change -> 'add_tags')
                        )
                    ) with ordinality as tagged (tag, place)
                    group by tagged.tag
                ) as words
                where not coalesce(change -> 'remove_tags', '[]') ? words.tag
            ))
            else '{}'
        end;
$$;
comment on function private.field_changes is
'The part of a change that update_ticket takes, with the tags that a ticket comes to.';

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
comment on function private.change_fields is 'Carries out the part of a change that update_ticket takes.';

create function private.apply_change(target public.tickets, change jsonb) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    ref constant text := target.id::text;
    -- Somebody may work the queue to come and not the one before; whoever moves a ticket
    -- away may have no say in it afterwards. So a move comes last, or before its assignee.
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
'Does to one ticket, as the caller, what a bulk update is to do to each; raises as the single commands do.';

create function private.apply_item(item private.bulk_items, change jsonb) returns private.bulk_items
language plpgsql security definer set search_path = ''
as $$
declare
    ended private.bulk_items := item;
    target public.tickets;
    ticket public.tickets;
    code text;
    broken text;
begin
    -- Whoever lost the right is told so, before being told that there is no such ticket.
    perform private.require_permissions_for(change);
    target := private.lock_ticket(item.ticket, item.expected_version);
    ticket := private.apply_change(target, change);
    if ticket.version = target.version then
        ended.result := 'skipped';
        ended.problem := 'unchanged';
        ended.detail := 'There was nothing to change.';
    else
        ended.result := 'done';
        ended.ticket_id := ticket.id;
        ended.version := ticket.version;
        ended.before := private.bulk_state(target);
        ended.after := private.bulk_state(ticket);
    end if;
    return ended;
exception
    when others then
        get stacked diagnostics
            code = returned_sqlstate, ended.problem = message_text,
            ended.detail = pg_exception_detail, broken = constraint_name;
        -- A refusal is a result. Anything else is trouble: the chunk is undone and comes
        -- again.
        if code = 'PT412' then
            ended.problem := 'changed-since';
        elsif code ~ '^2[23]' then
            ended.problem := 'invalid';
            ended.detail := case
                when broken = '' then 'A value is not acceptable.'
                else format('It breaks the rule %s.', broken)
            end;
        elsif code !~ '^PT4' then
            raise;
        end if;
        ended.result := case when code = 'PT412' then 'skipped' else 'failed' end;
        return ended;
end;
$$;
comment on function private.apply_item is
'Does one item as the caller, wholly or not at all, and returns it with its result.';

create function private.lock_chunk(items private.bulk_items[], change jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    work uuid[];
    people uuid[];
begin
    select array_agg(named.id) into work
    from (
        select distinct private.find_ticket_id(item.ticket) as id from unnest(items) as item
    ) as named
    where private.sees_ticket(named.id);
    select array_agg(distinct person_roles.person_id) into people
    from public.person_roles
    inner join public.role_permissions using (role)
    where role_permissions.permission = 'tickets.take'
        and person_roles.person_id in (
            select
                case given.assignee
                    when 'none' then null
                    when 'me' then private.caller()
                    else given.assignee::uuid
                end
            from (
                select coalesce(item.change, lock_chunk.change) ->> 'assignee' as assignee
                from unnest(items) as item
            ) as given
        );
    perform private.lock_tickets_and_agents(coalesce(work, '{}'), coalesce(people, '{}'));
end;
$$;
comment on function private.lock_chunk is
'Locks the tickets of a chunk that the caller sees, and the agents whom it concerns, in the order of the house.';

create function private.record_results(job private.bulk_updates, ended private.bulk_items[])
returns private.bulk_updates
language plpgsql security definer set search_path = ''
as $$
declare
    noted private.bulk_updates;
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
    from unnest(ended) as item
    where items.bulk_update_id = item.bulk_update_id and items.position = item.position;
    update private.bulk_updates as jobs
    set
        done = jobs.done + counted.done,
        skipped = jobs.skipped + counted.skipped,
        failed = jobs.failed + counted.failed,
        finished_at = case
            when jobs.done + jobs.skipped + jobs.failed + cardinality(ended) = jobs.total
                then clock_timestamp()
        end,
        due_at = clock_timestamp(),
        -- What has failed in company goes on one by one.
        attempts = case when jobs.attempts > 3 then 3 else 0 end
    from (
        select
            count(*) filter (where item.result = 'done') as done,
            count(*) filter (where item.result = 'skipped') as skipped,
            count(*) filter (where item.result = 'failed') as failed
        from unnest(ended) as item
    ) as counted
    where jobs.id = job.id
    returning jobs.* into noted;
    perform realtime.send(
        private.bulk_update_json(noted), 'BULK_UPDATE_PROGRESSED', 'user:' || noted.person_id, true
    );
    return noted;
end;
$$;
comment on function private.record_results is
'Records how items ended and how far their bulk update has come, and tells who asked for it.';

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
'The bulk update that was worked on least lately, for a while this worker''s; null when there is nothing to do. For workers.';

create function api.apply_bulk_chunk(
    bulk_update uuid, attempt integer, at_most integer default 50
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    job private.bulk_updates;
    asking text;
    chunk private.bulk_items[];
    item private.bulk_items;
    ended private.bulk_items[] := '{}';
begin
    -- The person first, as whoever deletes one does, so that the two never deadlock.
    perform from public.profiles
    where id = (select jobs.person_id from private.bulk_updates as jobs where jobs.id = bulk_update)
    for key share;
    -- Whoever comes second waits here, and then finds what the first has left.
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
        -- A chunk that failed three times is tried item by item, to find which it is.
        limit case when job.attempts > 3 then 1 else at_most end
    );
    asking := private.impersonate(job.person_id);
    perform set_config('autocrm.batch', job.id::text, true);
    if job.attempts <= 6 then
        perform private.lock_chunk(chunk, job.change);
    end if;
    foreach item in array chunk loop
        if job.attempts > 6 then
            item.result := 'failed';
            item.problem := 'internal-error';
            item.detail := 'The desk failed at this ticket every time it tried.';
        else
            item := private.apply_item(item, coalesce(item.change, job.change));
        end if;
        ended := ended || item;
    end loop;
    perform set_config('autocrm.batch', '', true);
    perform private.stop_impersonating(asking);
    return private.bulk_update_json(private.record_results(job, ended));
end;
$$;
comment on function api.apply_bulk_chunk is
'Does the next items of a claimed bulk update in one transaction, with the rights that its person has now; null when another worker has it. For workers.';

create function api.delete_old_bulk_updates(at_most integer default 20) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    forgotten integer;
begin
    delete from private.bulk_updates where id in (
        select id from private.bulk_updates_expired
        order by finished_at limit at_most for update skip locked
    );
    get diagnostics forgotten = row_count;
    return forgotten;
end;
$$;
comment on function api.delete_old_bulk_updates is
'Deletes some of the bulk updates that were over 30 days ago; says how many. For workers.';

grant execute on function
api.claim_bulk_update, api.apply_bulk_chunk, api.delete_old_bulk_updates
to service_role;
