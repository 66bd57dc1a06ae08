-- Bulk updates: one change to many tickets, processed in chunks by workers that may crash at
-- any point. A chunk is one transaction that locks the row of the bulk update; so no item is
-- applied twice and none is lost, however many workers run.

create table private.bulk_updates (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.people (id) on delete cascade,
    at_once boolean not null default false,
    change jsonb,
    undo_of uuid references private.bulk_updates (id) on delete set null,
    undone_change jsonb,
    total integer not null,
    done integer not null default 0,
    skipped integer not null default 0,
    failed integer not null default 0,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    due_at timestamptz not null default now(),
    attempts smallint not null default 0,
    -- Twice what a change can have, which may be redacted.
    constraint bulk_updates_change_length check (octet_length(change::text) <= 262144),
    constraint bulk_updates_total check (total between 0 and 1000),
    constraint bulk_updates_counted check (
        least(done, skipped, failed) >= 0
        and done + skipped + failed <= total
        and (finished_at is null or done + skipped + failed = total)
    )
);
comment on table private.bulk_updates is
'One change to many tickets. Its id is the batch_id of the resulting events.';
comment on column private.bulk_updates.id is 'Identity.';
comment on column private.bulk_updates.person_id is 'The owner, with whose permissions it is applied.';
comment on column private.bulk_updates.at_once is
'Whether it was applied within its request, to one ticket: by a macro, or with a comment.';
comment on column private.bulk_updates.change is
'The change to each ticket; null in an undo, where each item has its own.';
comment on column private.bulk_updates.undo_of is 'The bulk update that this one undoes.';
comment on column private.bulk_updates.undone_change is
'In an undo, the change that it reverts; the permissions for it are needed again.';
comment on column private.bulk_updates.total is 'Number of tickets.';
comment on column private.bulk_updates.done is 'Number of tickets that were changed.';
comment on column private.bulk_updates.skipped is 'Number of tickets with nothing to change, or whose fields have changed since the bulk update to undo.';
comment on column private.bulk_updates.failed is 'Number of tickets whose change was refused.';
comment on column private.bulk_updates.created_at is 'When it was created.';
comment on column private.bulk_updates.started_at is 'When a worker first claimed it.';
comment on column private.bulk_updates.finished_at is 'When the last item got its result.';
comment on column private.bulk_updates.due_at is
'When a worker may claim it next; the least recently processed comes first.';
comment on column private.bulk_updates.attempts is
'Attempts at the current chunk.';
create index bulk_updates_due_at on private.bulk_updates (due_at) where finished_at is null;
comment on index private.bulk_updates_due_at is 'Serves bulk_updates_due.';
create index bulk_updates_unfinished on private.bulk_updates (person_id) where finished_at is null;
comment on index private.bulk_updates_unfinished is 'Serves the limit of unfinished bulk updates a person.';
create index bulk_updates_finished on private.bulk_updates (finished_at)
where finished_at is not null;
comment on index private.bulk_updates_finished is 'Serves bulk_updates_expired.';
create index bulk_updates_person on private.bulk_updates (person_id, at_once, created_at, id);
comment on index private.bulk_updates_person is 'Serves list_bulk_updates.';
create index bulk_updates_undo_of on private.bulk_updates (undo_of);

create view private.bulk_updates_due as
select
    id,
    due_at
from private.bulk_updates
where finished_at is null and due_at <= now();
comment on view private.bulk_updates_due is 'Bulk updates that no worker is at.';

create view private.bulk_updates_expired as
select
    id,
    finished_at
from private.bulk_updates
where finished_at < now() - interval '30 days';
comment on view private.bulk_updates_expired is 'Bulk updates that are to be deleted.';

create table private.bulk_items (
    bulk_update_id uuid not null references private.bulk_updates (id) on delete cascade,
    position integer not null,
    ticket text not null,
    change jsonb,
    expected jsonb,
    result text,
    problem text,
    detail text,
    ticket_id uuid,
    before jsonb,
    after jsonb,
    primary key (bulk_update_id, position),
    constraint bulk_items_result check (result in ('done', 'skipped', 'failed')),
    constraint bulk_items_problem check (
        (problem is not null) = (result is not null and result <> 'done')
    )
);
comment on table private.bulk_items is 'One ticket of a bulk update, with its result.';
comment on column private.bulk_items.bulk_update_id is 'The bulk update.';
comment on column private.bulk_items.position is 'Position in it, from 1.';
comment on column private.bulk_items.ticket is
'The id or number as the caller gave it; unresolved, because it may name no ticket that they see.';
comment on column private.bulk_items.change is
'In an undo, the fields to restore, with their values; else null, or the change to this ticket when the text of another was redacted in that of the bulk update.';
comment on column private.bulk_items.expected is
'In an undo, the same fields with the values that they must still have.';
comment on column private.bulk_items.result is 'The result; null while pending.';
comment on column private.bulk_items.problem is 'Why it was not changed: the slug of an error.';
comment on column private.bulk_items.detail is 'The same as a sentence.';
comment on column private.bulk_items.ticket_id is 'The ticket that was changed.';
comment on column private.bulk_items.before is 'The fields that can be undone, before the change.';
comment on column private.bulk_items.after is 'The same fields after the change.';
create index bulk_items_pending on private.bulk_items (bulk_update_id, position)
where result is null;
comment on index private.bulk_items_pending is 'Serves the next chunk.';

create function private.start_bulk_update_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.start_job('bulk_updates');
    return null;
end;
$$;
comment on function private.start_bulk_update_job is 'Has a new bulk update worked on at once.';

create trigger start_bulk_update_job
after insert on private.bulk_updates
for each row when (new.finished_at is null) execute function private.start_bulk_update_job();

-- Commands and queries -------------------------------------------------------

create function private.bulk_update_json(job private.bulk_updates) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'id', job.id,
        'state', case
            when job.finished_at is not null then 'finished'
            when job.started_at is not null then 'running'
            else 'waiting'
        end,
        'change', job.change,
        'undo_of', job.undo_of,
        'total', job.total,
        'done', job.done,
        'skipped', job.skipped,
        'failed', job.failed,
        'created_at', job.created_at,
        'started_at', job.started_at,
        'finished_at', job.finished_at
    );
$$;
comment on function private.bulk_update_json is 'A bulk update as JSON.';

create function private.tickets_of_view(view uuid, max_items integer) returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    view_row public.views;
    page record;
    cursor jsonb;
    total integer := 0;
begin
    select * into view_row from public.views where id = view and private.has_view(id);
    if view_row.id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-view',
            detail = 'There is no such view, or it is not yours to see.';
    end if;
    -- A page ends early at its scan limit, so it may take several. 100 bound the time.
    for page_number in 1..100 loop
        select * into page from private.scan_queues(
            case
                when view_row.queue_id is not null then array[view_row.queue_id]
                else array(select readable.id from private.readable_queues() as readable (id))
            end,
            view_row.conditions, view_row.sort, cursor, max_items - total
        );
        return query select unnest(page.ids);
        total := total + cardinality(page.ids);
        cursor := page.next;
        if cursor is null or total >= max_items then
            return;
        end if;
    end loop;
    raise sqlstate 'PT422' using
        message = 'view-too-wide',
        detail = 'Too few of too many tickets are in this view to find them all. Narrow it down.';
end;
$$;
comment on function private.tickets_of_view is
'The ids of the tickets in a view of the caller, limited; PT422 when there is no such view, or it takes too many pages.';

create function private.are_changed_tags(tags jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    select private.are_tags(private.distinct_tags(array_agg(tag))) and count(*) between 1 and 20
    from jsonb_array_elements_text(tags) as tag
    having tags is not null;
$$;
comment on function private.are_changed_tags is
'Whether a JSON list has 1 to 20 tags; null for null.';

create function private.require_actions(change jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    fields constant text[]
        := '{status,assignee,priority,queue,tags,add_tags,remove_tags,data,macro}';
begin
    perform private.require_fields(change, '{
        "status": "string", "reason": "string", "assignee": "string", "priority": "string",
        "queue": "string", "tags": "strings", "add_tags": "strings", "remove_tags": "strings",
        "data": "object", "macro": "string", "macro_version": "integer"
    }');
    if not change ?| fields
    or (change ? 'reason' and not change ? 'status')
    or (change ? 'macro_version' and not change ? 'macro')
    or (change ->> 'macro_version')::numeric not between 1 and 2147483647
    or octet_length(change::text) > 65536
    or length(change ->> 'reason') not between 1 and 500
    or not private.is_single_line(change ->> 'reason')
    or change -> 'data' = '{}'
    or jsonb_path_exists(change -> 'data', 'strict $.**{9}')
    or not private.are_changed_tags(nullif(change -> 'tags', '[]'))
    or not private.are_changed_tags(change -> 'add_tags')
    or not private.are_changed_tags(change -> 'remove_tags')
    or change ->> 'assignee' !~* '^(me|none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format(
                'Change some of: %s; give a reason with a status alone.',
                array_to_string(fields, ', ')
            );
    end if;
    perform (change ->> 'priority')::public.ticket_priority;
    if change ? 'queue' then
        perform private.find_queue(change ->> 'queue');
    end if;
    if change ? 'status' then
        if private.require_status(change ->> 'status') = 'closed' then
            raise sqlstate 'PT409' using
                message = 'closed-by-time',
                detail = 'Nobody closes a ticket by hand: a solved ticket closes by itself.';
        end if;
    end if;
end;
$$;
comment on function private.require_actions is
'PT409 or PT422 unless these are actions on a ticket: status (with a reason), assignee (an id, me or none), priority, queue, tags, add_tags, remove_tags, data, or those of a macro.';

create function private.require_permissions_for(change jsonb) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if change ? 'status' then
        perform private.require_permission('tickets.status');
    end if;
    if change ? 'assignee' and not private.has_permission('tickets.assign') then
        perform private.require_permission('tickets.take');
    end if;
    if change ?| '{priority,queue,tags,add_tags,remove_tags,data}' then
        perform private.require_permission('tickets.update');
    end if;
    if change ? 'reply' then
        perform private.require_permission('tickets.reply');
    end if;
    if change ? 'note' then
        perform private.require_permission('tickets.note');
    end if;
end;
$$;
comment on function private.require_permissions_for is
'PT403 unless the caller has the permissions that a change needs in some queue; each ticket is checked when it is changed.';

create function private.open_bulk_update(
    change jsonb, total integer, undone private.bulk_updates default null
)
returns private.bulk_updates
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    job private.bulk_updates;
begin
    -- The lock keeps two concurrent requests of one person from both being the fifth.
    perform from public.people where id = me for no key update;
    if (
        select count(*) from private.bulk_updates
        where person_id = me and finished_at is null
    ) >= 5 then
        raise sqlstate 'PT409' using
            message = 'too-many-bulk-updates',
            detail = 'You have 5 bulk updates under way. Wait until one is finished.';
    end if;
    insert into private.bulk_updates (
        person_id, change, undo_of, undone_change, total, finished_at
    )
    values (
        me, open_bulk_update.change, undone.id, coalesce(undone.undone_change, undone.change),
        open_bulk_update.total,
        case when open_bulk_update.total = 0 then now() end
    )
    returning * into job;
    return job;
end;
$$;
comment on function private.open_bulk_update is
'Inserts a bulk update of the caller, whose items are inserted next in the same transaction; PT409 when five are unfinished.';

create function private.distinct_ticket_refs(tickets text[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
    if exists (
        select from unnest(tickets) as refs (ticket)
        where not private.is_ticket_ref(refs.ticket)
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Name tickets by their ids or numbers.';
    end if;
    return array(
        select lower(refs.ticket)
        from unnest(tickets) with ordinality as refs (ticket, position)
        group by lower(refs.ticket)
        order by min(refs.position)
    );
end;
$$;
comment on function private.distinct_ticket_refs is
'Ids and numbers of tickets without duplicates, in order; PT422 unless all are ids or numbers.';

create function api.bulk_update(
    change jsonb,
    tickets text[] default null,
    view uuid default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'bulk_update', 'change', change, 'tickets', tickets, 'view', view
        )
    );
    expanded jsonb;
    ticket_refs text[];
    job private.bulk_updates;
begin
    if response is not null then
        return response;
    end if;
    -- Permissions first: whether a queue or a status exists is not for everybody to know.
    perform private.require_permissions_for(change);
    perform private.require_actions(change);
    -- As the macro is now: the last ticket gets what the first one gets.
    expanded := private.with_macro(change);
    perform private.require_permissions_for(expanded);
    if (tickets is null) = (view is null) then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Name either tickets or a view.';
    end if;
    ticket_refs := case
        when view is null then private.distinct_ticket_refs(tickets)
        else array(select tickets.id::text from private.tickets_of_view(view, 1001) as tickets (id))
    end;
    if cardinality(tickets) = 0 then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Name at least one ticket.';
    end if;
    if cardinality(ticket_refs) > 1000 then
        raise sqlstate 'PT422' using
            message = 'too-many-tickets',
            detail = 'A bulk update takes 1,000 tickets at most. Narrow it down.';
    end if;
    job := private.open_bulk_update(expanded, cardinality(ticket_refs));
    insert into private.bulk_items (bulk_update_id, position, ticket)
    select job.id, item.position, item.ticket
    from unnest(ticket_refs) with ordinality as item (ticket, position);
    response := private.bulk_update_json(job);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.bulk_update is
'Creates a bulk update of up to 1,000 tickets, given as a list or by a view. Workers apply it with the permissions that the caller has then.';

create function private.own_bulk_update(bulk_update uuid) returns private.bulk_updates
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    job private.bulk_updates;
begin
    select * into job from private.bulk_updates where id = bulk_update and person_id = me;
    if job.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such bulk update of yours; after 30 days they are forgotten.';
    end if;
    return job;
end;
$$;
comment on function private.own_bulk_update is
'The guard of queries and commands about a bulk update: only its owner sees it; PT401, PT404.';

create function api.get_bulk_update(bulk_update uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.bulk_update_json(private.own_bulk_update(bulk_update));
$$;
comment on function api.get_bulk_update is 'Returns a bulk update of the caller, with its progress.';

create function api.list_bulk_updates(
    before jsonb default null, page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    to_read constant integer := private.page_limit(page_size) + 1;
    jobs json[];
    sort_keys jsonb[];
begin
    select
        array_agg(
            private.bulk_update_json(listed)::json order by listed.created_at desc, listed.id desc
        ),
        array_agg(
            jsonb_build_array(listed.created_at, listed.id)
            order by listed.created_at desc, listed.id desc
        )
    into jobs, sort_keys
    from (
        select * from private.bulk_updates
        where person_id = me
            and not at_once
            and (
                before is null
                or (created_at, id) < ((before ->> 0)::timestamptz, (before ->> 1)::uuid)
            )
        order by created_at desc, id desc limit to_read
    ) as listed;
    return (select to_json(page) from private.page_of(jobs, sort_keys, page_size) as page);
end;
$$;
comment on function api.list_bulk_updates is
'A page of the bulk updates of the caller, without what was applied at once, newest first, before a sort key: items, and as next the one to continue with, null at the end.';

create function api.list_bulk_items(
    bulk_update uuid, result text default null, after integer default 0,
    page_size integer default 50
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    job constant private.bulk_updates := private.own_bulk_update(bulk_update);
    to_read constant integer := private.page_limit(page_size) + 1;
    found json[];
    positions jsonb[];
begin
    select
        array_agg(
            json_build_object(
                'position', listed.position,
                'ticket', listed.ticket,
                'result', listed.result,
                'problem', listed.problem,
                'detail', listed.detail
            ) order by listed.position
        ),
        array_agg(to_jsonb(listed.position) order by listed.position)
    into found, positions
    from (
        select * from private.bulk_items as items
        where items.bulk_update_id = job.id
            and items.position > list_bulk_items.after
            and (list_bulk_items.result is null or items.result = list_bulk_items.result)
        order by items.position limit to_read
    ) as listed;
    return (select to_json(page) from private.page_of(found, positions, page_size) as page);
end;
$$;
comment on function api.list_bulk_items is
'A page of the items of a bulk update of the caller after a position, all or those with one result: items, and as next the position to continue with, null at the end.';

create function api.undo_bulk_update(bulk_update uuid, idempotency_key text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    original constant private.bulk_updates := private.own_bulk_update(bulk_update);
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'undo_bulk_update', 'bulk_update', bulk_update)
    );
    job private.bulk_updates;
    restorable integer;
begin
    if response is not null then
        return response;
    end if;
    if original.finished_at is null then
        raise sqlstate 'PT409' using
            message = 'not-finished',
            detail = 'The bulk update is still under way. Undo it when it is finished.';
    end if;
    -- What a macro wrote stays; a ticket that got nothing else is as it was.
    select count(*) into restorable
    from private.bulk_items as items
    where items.bulk_update_id = original.id
        and items.result = 'done'
        and items.before - 'waiting' <> items.after - 'waiting';
    if restorable = 0 then
        raise sqlstate 'PT409' using
            message = 'nothing-to-undo', detail = 'The bulk update has changed nothing that can be undone.';
    end if;
    job := private.open_bulk_update(null, restorable, original);
    insert into private.bulk_items (bulk_update_id, position, ticket, change, expected)
    select
        job.id,
        row_number() over (order by items.position),
        items.ticket_id,
        -- Not the waiting: it follows from the status, and replies change it, too.
        private.changed_fields(items.before - 'waiting', items.after - 'waiting')
        || jsonb_build_object('waiting', items.before -> 'waiting'),
        private.changed_fields(items.after - 'waiting', items.before - 'waiting')
    from private.bulk_items as items
    where items.bulk_update_id = original.id
        and items.result = 'done'
        and items.before - 'waiting' <> items.after - 'waiting';
    response := private.bulk_update_json(job);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.undo_bulk_update is
'Creates a bulk update that restores the fields that a finished one of the caller changed, except for tickets where they have changed since. It can be undone, too.';

grant execute on function
api.bulk_update, api.get_bulk_update, api.list_bulk_updates, api.list_bulk_items,
api.undo_bulk_update
to authenticated;
