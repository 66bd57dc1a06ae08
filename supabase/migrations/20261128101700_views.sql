-- Saved views: named filters with a sort order, for oneself, a team or all staff.

create type public.view_scope as enum ('mine', 'team', 'everyone');
comment on type public.view_scope is 'Who can use a view: its owner, the members of a queue, or all staff.';

create table public.views (
    id uuid primary key default extensions.uuid_generate_v4(),
    scope public.view_scope not null default 'mine',
    owner_id uuid references public.people (id) on delete cascade,
    queue_id uuid references public.queues (id) on delete cascade,
    name text not null,
    conditions jsonb not null default '{}',
    sort text not null default 'priority',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version integer not null default 1,
    constraint views_name_length check (length(name) between 1 and 80),
    constraint views_name_form check (private.is_single_line(name)),
    constraint views_conditions_form check (
        jsonb_typeof(conditions) = 'object' and octet_length(conditions::text) <= 8192
    ),
    constraint views_sort check (
        sort in ('priority', 'waiting', 'oldest', 'newest', 'updated')
        or sort ~ '^-?field[.][a-z][a-z0-9_]{0,49}$'
    ),
    constraint views_owner check ((scope = 'mine') = (owner_id is not null)),
    constraint views_team check (scope <> 'team' or queue_id is not null)
);
comment on table public.views is 'Saved views of tickets. What a view shows depends on what the caller may see.';
comment on column public.views.id is 'Identity.';
comment on column public.views.scope is 'Who can use it.';
comment on column public.views.owner_id is 'The owner; null when it is shared.';
comment on column public.views.queue_id is 'The queue to list; null for all queues that the caller may read.';
comment on column public.views.name is 'Display name.';
comment on column public.views.conditions is 'The filters; the same as those of list_queue.';
comment on column public.views.sort is 'The sort order.';
comment on column public.views.created_at is 'When it was created.';
comment on column public.views.updated_at is 'When it was last changed.';
comment on column public.views.version is 'Incremented with every change; its ETag.';
create index views_owner on public.views (owner_id);
create index views_queue on public.views (queue_id);
create index views_everyone on public.views (name) where scope = 'everyone';
comment on index public.views_everyone is 'Serves the list of views for all staff.';

-- Access ---------------------------------------------------------------------

-- One predicate, asked by the policy and by commands; see private.may_see_ticket.
create function private.may_use_view(
    scope public.view_scope,
    owner uuid,
    queue uuid,
    person uuid,
    readable_queues uuid[],
    is_staff boolean
) returns boolean
language sql immutable parallel safe
begin atomic
    select
        case
            when scope = 'mine' then owner = person
            when queue is not null then queue = any(readable_queues)
            else is_staff
        end;
end;
comment on function private.may_use_view is
'Whether a person has a view: their own, one of a queue that they may read, or, as staff, everyone''s.';
grant execute on function private.may_use_view to authenticated;

create function private.is_staff() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.has_permission('tickets.read') or private.has_permission('tickets.read_all');
end;
$$;
comment on function private.is_staff is 'Whether the caller reads tickets as staff.';
grant execute on function private.is_staff to authenticated;

create policy "staff have their own views and those shared with them" on public.views
for select to authenticated using (
    private.may_use_view(
        scope,
        owner_id,
        queue_id,
        (select private.caller()),
        array(select private.readable_queues()),
        (select private.is_staff())
    )
);

create function private.visible_views() returns setof public.views
language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    readable_queues constant uuid[] := array(select private.readable_queues());
    is_staff constant boolean := private.is_staff();
begin
    return query
    select * from public.views
    where private.may_use_view(scope, owner_id, queue_id, me, readable_queues, is_staff);
end;
$$;
comment on function private.visible_views is 'The views that the caller has.';

create function private.has_view(view uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (select from private.visible_views() as views where views.id = has_view.view);
$$;
comment on function private.has_view is 'Whether the caller has a view.';

alter table public.views enable row level security;
grant select on public.views to authenticated, service_role;

create function private.require_staff() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case
        when private.has_permission('tickets.read_all') then private.require_caller()
        else private.require_permission('tickets.read')
    end;
end;
$$;
comment on function private.require_staff is
'Returns the caller, who must be allowed to read tickets of queues; else PT401 or PT403.';

create function private.require_view_rights(view public.views) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    if view.queue_id not in (select private.readable_queues()) then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    if view.scope = 'team' then
        perform private.require_permission('views.share_team');
    elsif view.scope = 'everyone' then
        perform private.require_permission('views.share_all');
    end if;
end;
$$;
comment on function private.require_view_rights is
'PT403 unless the caller may create and change such a view; PT422 for a queue that they may not read.';

create function private.check_view() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_supported_sort(private.parse_filters(new.conditions), new.sort);
    if new.queue_id is null and new.scope = 'team' then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'A team is the people of a queue: name the queue of the view.';
    end if;
    return new;
end;
$$;
comment on function private.check_view is 'Refuses a view with invalid conditions or sort.';

create trigger count_written_bytes
before insert or update on public.views
for each row when (octet_length(new.conditions::text) > 4096)
execute function private.count_written_bytes('conditions');

create trigger check_view
before insert or update on public.views
for each row execute function private.check_view();

create trigger increment_version
before update on public.views
for each row execute function private.increment_version();

-- Commands and queries -------------------------------------------------------

create function private.view_json(view public.views) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select to_jsonb(view) || jsonb_build_object(
        'owner_name', (select people.name from public.people where people.id = view.owner_id),
        'queue_name', (select queues.name from public.queues where queues.id = view.queue_id)
    );
$$;
comment on function private.view_json is
'A view as JSON, with the names of its owner and its queue.';

create function private.queue_of_view(queue text) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_id uuid;
begin
    if queue is null then
        return null;
    end if;
    select id into found_id from public.queues
    where id = (select private.find_queue_id(queue)) and id in (select private.readable_queues());
    if found_id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    return found_id;
end;
$$;
comment on function private.queue_of_view is
'The id of a queue that the caller may read, by key or id; null for null. PT422 when there is none.';

create function api.create_view(
    name text,
    scope public.view_scope default 'mine',
    queue text default null,
    conditions jsonb default '{}',
    sort text default 'priority',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_staff();
    response jsonb;
    view public.views;
begin
    view.scope := create_view.scope;
    view.queue_id := private.queue_of_view(queue);
    perform private.require_view_rights(view);
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_view', 'name', name, 'scope', scope, 'queue', queue,
            'conditions', conditions, 'sort', sort
        )
    );
    if response is not null then
        return response;
    end if;
    -- All that somebody may use are listed at once.
    if (
        select count(*) from public.views as shared
        where shared.scope = view.scope
            and (view.scope <> 'mine' or shared.owner_id = me)
            and shared.queue_id is not distinct from view.queue_id
    ) >= 100 then
        raise sqlstate 'PT409' using
            message = 'too-many-views',
            detail = 'One person, one queue, and everyone together may have 100 views each.';
    end if;
    insert into public.views (scope, owner_id, queue_id, name, conditions, sort)
    values (
        view.scope,
        case view.scope when 'mine' then me end,
        view.queue_id,
        create_view.name,
        create_view.conditions,
        create_view.sort
    )
    returning * into view;
    response := private.view_json(view);
    perform private.store_response(idempotency_key, response);
    return response;
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_view is
'Creates a view: for oneself, for a team (needs views.share_team), or for everyone (needs views.share_all).';

create function private.lock_view(
    view uuid, expected_version integer
) returns public.views
language plpgsql security definer set search_path = ''
as $$
declare
    found_view public.views;
begin
    perform private.require_caller();
    select * into found_view from public.views
    where id = view and private.has_view(id) for update;
    if found_view.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such view, or it is not yours to see.';
    end if;
    perform private.require_view_rights(found_view);
    perform private.require_version(found_view.version, expected_version);
    return found_view;
end;
$$;
comment on function private.lock_view is
'The guard of commands on views: finds a view that the caller may change, and locks it; PT401, PT403, PT404, PT412 for another version.';

create function api.change_view(
    view uuid, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target public.views := private.lock_view(view, expected_version);
    former constant public.views := target;
    changed public.views;
begin
    perform private.require_fields(changes, '{
        "name": "string", "scope": "string", "queue": "string?", "conditions": "object",
        "sort": "string"
    }');
    changed := jsonb_populate_record(target, changes - 'queue');
    target.name := changed.name;
    target.conditions := changed.conditions;
    target.sort := changed.sort;
    target.scope := changed.scope;
    if changes ? 'queue' then
        target.queue_id := private.queue_of_view(changes ->> 'queue');
    end if;
    target.owner_id := case target.scope when 'mine' then private.caller() end;
    perform private.require_view_rights(target);
    if target is distinct from former then
        update public.views set
            name = target.name,
            conditions = target.conditions,
            sort = target.sort,
            scope = target.scope,
            queue_id = target.queue_id,
            owner_id = target.owner_id,
            updated_at = now()
        where id = target.id
        returning * into target;
    end if;
    return private.view_json(target);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_view is
'Changes the given fields of a view: name, scope, queue, conditions, sort. Needs the permissions for the view as it was and as it becomes.';

create function api.delete_view(
    view uuid, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    deleted constant public.views := private.lock_view(view, expected_version);
begin
    delete from public.views where id = deleted.id;
    return private.view_json(deleted);
end;
$$;
comment on function api.delete_view is 'Deletes a view and returns it.';

create function api.list_views() returns setof jsonb
language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
    perform private.require_caller();
    return query
    select private.view_json(views)
    from private.visible_views() as views
    order by views.scope, views.name, views.id;
end;
$$;
comment on function api.list_views is 'The views that the caller can use, own ones first, by name.';

create function private.find_view(view uuid) returns public.views
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_view public.views;
begin
    perform private.require_caller();
    select * into found_view
    from private.visible_views() as views where views.id = find_view.view;
    if found_view.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such view, or it is not yours to see.';
    end if;
    return found_view;
end;
$$;
comment on function private.find_view is 'A view that the caller can use; PT404 when there is none.';

create function api.get_view(view uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.views := private.find_view(view);
begin
    return private.view_json(target);
end;
$$;
comment on function api.get_view is 'Returns one view that the caller can use.';

create function api.list_view(
    view uuid,
    after jsonb default null,
    after_sort text default null,
    page_size integer default 50,
    with_total boolean default false
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target constant public.views := private.find_view(view);
begin
    perform private.require_cursor_of_sort(target.sort, after_sort);
    return private.queue_page(
        case
            when target.queue_id is not null then array[target.queue_id]
            else array(select private.readable_queues())
        end,
        target.conditions,
        target.sort,
        after,
        page_size,
        with_total
    );
end;
$$;
comment on function api.list_view is
'A page of the tickets of a view that the caller may see, as list_queue returns it.';

grant execute on function
api.create_view, api.change_view, api.delete_view, api.list_views, api.get_view,
api.list_view
to authenticated;
