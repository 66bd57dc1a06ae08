-- Saved views: conditions and an order with a name, for oneself, a team or everyone.

create type public.view_scope as enum ('mine', 'team', 'everyone');
comment on type public.view_scope is 'Who has a view: one person, the people of a queue, or all staff.';

create table public.views (
    id uuid primary key default extensions.uuid_generate_v4(),
    scope public.view_scope not null default 'mine',
    owner_id uuid references public.profiles (id) on delete cascade,
    queue_id uuid references public.queues (id) on delete cascade,
    name text not null,
    conditions jsonb not null default '{}',
    sort text not null default 'priority',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint views_name_length check (length(name) between 1 and 80),
    constraint views_conditions_form check (
        jsonb_typeof(conditions) = 'object' and octet_length(conditions::text) <= 8192
    ),
    constraint views_sort check (
        sort in ('priority', 'waiting', 'oldest', 'newest', 'updated')
    ),
    constraint views_owner check ((scope = 'mine') = (owner_id is not null)),
    constraint views_team check (scope <> 'team' or queue_id is not null)
);
comment on table public.views is 'Named questions about tickets; what they show depends on who asks.';
comment on column public.views.id is 'Identity.';
comment on column public.views.scope is 'Who has it.';
comment on column public.views.owner_id is 'Whose it is; empty when it is shared.';
comment on column public.views.queue_id is 'Of which queue; empty for all that the reader may see.';
comment on column public.views.name is 'What people call it.';
comment on column public.views.conditions is 'Which tickets; the same conditions that list_queue takes.';
comment on column public.views.sort is 'In which order.';
comment on column public.views.created_at is 'When it was made.';
comment on column public.views.updated_at is 'When it was last changed.';
create index views_owner on public.views (owner_id);
create index views_queue on public.views (queue_id);
create index views_everyone on public.views (name) where scope = 'everyone';
comment on index public.views_everyone is 'What all staff have.';

-- Who has a view -------------------------------------------------------------

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
'The person behind the request, who reads tickets of others; else PT401 or PT403.';

create function private.require_view_rights(wanted public.views) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_staff();
    if wanted.queue_id not in (select private.readable_queues()) then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    if wanted.scope = 'team' then
        perform private.require_permission('views.share_team');
    elsif wanted.scope = 'everyone' then
        perform private.require_permission('views.share_all');
    end if;
end;
$$;
comment on function private.require_view_rights is
'PT403 unless the caller may keep such a view; PT422 for a queue that they may not read.';

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
comment on function private.check_view is 'Refuses a view whose conditions cannot be read.';

create trigger check_view
before insert or update on public.views
for each row execute function private.check_view();

-- Commands and queries -------------------------------------------------------

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
    where queue in (key, id::text) and id in (select private.readable_queues());
    if found_id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it is not yours to see.';
    end if;
    return found_id;
end;
$$;
comment on function private.queue_of_view is
'The queue of a key or id that the caller may read, or null for all; PT422 when there is none.';

create function api.create_view(
    name text,
    scope public.view_scope default 'mine',
    queue text default null,
    conditions jsonb default '{}',
    sort text default 'priority',
    idempotency_key text default null
) returns public.views
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_staff();
    answer jsonb;
    made public.views;
begin
    made.scope := create_view.scope;
    made.queue_id := private.queue_of_view(queue);
    perform private.require_view_rights(made);
    answer := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_view', 'name', name, 'scope', scope, 'queue', queue,
            'conditions', conditions, 'sort', sort
        )
    );
    if answer is not null then
        return jsonb_populate_record(null::public.views, answer);
    end if;
    if made.scope = 'mine'
    and (select count(*) from public.views as kept where kept.owner_id = me) >= 100 then
        raise sqlstate 'PT409' using
            message = 'too-many-views', detail = 'One person may have 100 views.';
    end if;
    insert into public.views (scope, owner_id, queue_id, name, conditions, sort)
    values (
        made.scope,
        case made.scope when 'mine' then me end,
        made.queue_id,
        create_view.name,
        create_view.conditions,
        create_view.sort
    )
    returning * into made;
    perform private.store_response(idempotency_key, to_jsonb(made));
    return made;
end;
$$;
comment on function api.create_view is
'Saves a view: for oneself, for a team with views.share_team, for everyone with views.share_all.';

create function private.lock_view(wanted uuid) returns public.views
language plpgsql security definer set search_path = ''
as $$
declare
    found_view public.views;
begin
    perform private.require_caller();
    select * into found_view from public.views
    where id = wanted and private.has_view(id) for update;
    if found_view.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such view, or it is not yours to see.';
    end if;
    perform private.require_view_rights(found_view);
    return found_view;
end;
$$;
comment on function private.lock_view is
'The guard of commands on a view: finds one that the caller may keep, and locks it; PT401, PT403, PT404.';

create function api.change_view(view uuid, changes jsonb) returns public.views
language plpgsql security definer set search_path = ''
as $$
declare
    kept public.views := private.lock_view(view);
    asked constant public.views := jsonb_populate_record(
        kept, changes - array['id', 'owner_id', 'queue_id', 'created_at', 'updated_at']
    );
begin
    kept.name := asked.name;
    kept.conditions := asked.conditions;
    kept.sort := asked.sort;
    kept.scope := asked.scope;
    if changes ? 'queue' then
        kept.queue_id := private.queue_of_view(changes ->> 'queue');
    end if;
    kept.owner_id := case kept.scope when 'mine' then private.caller() end;
    perform private.require_view_rights(kept);
    update public.views set
        name = kept.name,
        conditions = kept.conditions,
        sort = kept.sort,
        scope = kept.scope,
        queue_id = kept.queue_id,
        owner_id = kept.owner_id,
        updated_at = now()
    where id = kept.id
    returning * into kept;
    return kept;
end;
$$;
comment on function api.change_view is
'Changes what is named of a view: name, scope, queue, conditions, sort. Needs the rights for what it was and what it becomes.';

create function api.delete_view(view uuid) returns public.views
language plpgsql security definer set search_path = ''
as $$
declare
    gone constant public.views := private.lock_view(view);
begin
    delete from public.views where id = gone.id;
    return gone;
end;
$$;
comment on function api.delete_view is 'Deletes a view; answers what it was.';

create function api.list_views() returns setof public.views
language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
    perform private.require_caller();
    return query
    select * from private.visible_views() as views order by views.scope, views.name, views.id;
end;
$$;
comment on function api.list_views is 'The views the caller has, own ones first, by name.';

create function api.list_view(
    view uuid,
    after jsonb default null,
    after_sort text default null,
    page_size integer default 50,
    counted boolean default false
) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    target public.views;
begin
    select * into target from private.visible_views() as views where views.id = list_view.view;
    if target.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such view, or it is not yours to see.';
    end if;
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
        counted
    );
end;
$$;
comment on function api.list_view is
'A page of the tickets of a view that the caller may see, like list_queue.';

grant execute on function
api.create_view, api.change_view, api.delete_view, api.list_views,
api.list_view
to authenticated;
