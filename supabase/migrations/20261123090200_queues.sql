-- Queues: where tickets wait, and who works them.

create table public.queues (
    id uuid primary key default extensions.uuid_generate_v4(),
    key text not null unique,
    name text not null,
    is_default boolean not null default false,
    archived_at timestamptz,
    created_at timestamptz not null default now(),
    constraint queues_key_form check (key ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint queues_name_length check (length(name) between 1 and 80)
);
comment on table public.queues is 'Where tickets wait for the people who work them.';
comment on column public.queues.id is 'Identity.';
comment on column public.queues.key is 'Short name for addresses, such as billing.';
comment on column public.queues.name is 'What people call it.';
comment on column public.queues.is_default is 'Whether tickets without a queue come here.';
comment on column public.queues.archived_at is 'When it was put out of use; it takes no new tickets.';
comment on column public.queues.created_at is 'When it was made.';
create unique index queues_one_default on public.queues (is_default) where is_default;
comment on index public.queues_one_default is 'There is one default queue.';

create table public.queue_members (
    queue_id uuid not null references public.queues (id) on delete cascade,
    person_id uuid not null references public.profiles (id) on delete cascade,
    joined_at timestamptz not null default now(),
    primary key (queue_id, person_id)
);
comment on table public.queue_members is 'Who works which queue.';
comment on column public.queue_members.queue_id is 'The queue.';
comment on column public.queue_members.person_id is 'Who works it.';
comment on column public.queue_members.joined_at is 'Since when.';
create index queue_members_person on public.queue_members (person_id);

insert into public.queues (key, name, is_default) values ('support', 'Support', true);

create function private.readable_queues() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
    select queues.id
    from public.queues
    where (select private.has_permission('tickets.read_all'))
    union
    select queue_members.queue_id
    from public.queue_members
    where
        queue_members.person_id = (select private.caller())
        and (select private.has_permission('tickets.read'));
end;
comment on function private.readable_queues is 'Queues whose tickets the caller may see.';
grant execute on function private.readable_queues to authenticated;

create function private.note_queues() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
    select readable.id
    from private.readable_queues() as readable (id)
    where (select private.has_permission('tickets.note'));
end;
comment on function private.note_queues is 'Queues whose internal notes the caller may see.';
grant execute on function private.note_queues to authenticated;

create function private.can_work(person uuid, queue uuid) returns boolean
language sql stable security definer set search_path = ''
begin atomic
    select exists (
        select
        from public.person_roles
        inner join public.role_permissions as takes
            on person_roles.role = takes.role and takes.permission = 'tickets.take'
        where person_roles.person_id = can_work.person
    ) and (
        exists (
            select
            from public.queue_members
            where
                queue_members.queue_id = can_work.queue
                and queue_members.person_id = can_work.person
        ) or exists (
            select
            from public.person_roles
            inner join public.role_permissions as reads
                on person_roles.role = reads.role and reads.permission = 'tickets.read_all'
            where person_roles.person_id = can_work.person
        )
    );
end;
comment on function private.can_work is
'Whether a person may hold a ticket of a queue: takes tickets, and belongs to the queue or reads all.';

create function private.find_queue(ref text) returns public.queues
language plpgsql stable security definer set search_path = ''
as $$
declare
    queue public.queues;
begin
    select * into queue from public.queues
    where archived_at is null
        and case when ref is null then is_default else ref in (key, id::text) end;
    if queue.id is null then
        raise sqlstate 'PT422' using
            message = 'unknown-queue',
            detail = 'There is no such queue, or it takes no new tickets.';
    end if;
    return queue;
end;
$$;
comment on function private.find_queue is
'The queue of a key or id, or the default queue of null; PT422 when there is none.';

alter table public.queues enable row level security;
alter table public.queue_members enable row level security;
grant select on public.queues, public.queue_members to authenticated, service_role;

create policy "staff see the queues they may read" on public.queues
for select to authenticated using (id = any(array(select private.readable_queues())));

create policy "staff see who works the queues they may read" on public.queue_members
for select to authenticated using (queue_id = any(array(select private.readable_queues())));
