-- A desk with many tickets: %(size)s of them, nine in ten closed, as a desk has that has
-- run for years. Loaded past triggers and foreign keys, which is why it is quick; what
-- the triggers would have kept, the counts, is written at the end.

set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set work_mem = '64MB';
select setseed(0.42);

insert into public.queues (key, name) values
('returns', 'Returns'), ('orders', 'Orders'), ('workshop', 'Workshop')
on conflict do nothing;

create temporary table cast_of_thousands (place integer, kind text, id uuid);
insert into cast_of_thousands
select
    place,
    case when place <= 200 then 'agent' else 'customer' end,
    extensions.uuid_generate_v4()
from generate_series(1, 200 + %(size)s / 20) as place;

insert into auth.users (id, aud, role, email)
select id, 'authenticated', 'authenticated', place || '@many.example.com'
from cast_of_thousands;
insert into public.people (id, name)
select id, initcap(kind) || ' ' || place from cast_of_thousands;
insert into private.accounts (user_id, person_id)
select id, id from cast_of_thousands;
insert into public.person_roles (person_id, role)
select id, kind from cast_of_thousands;

-- Indexes are made once over the whole, not row by row.
create temporary table index_definitions as
select indexname, indexdef from pg_indexes
where schemaname = 'public' and tablename = 'tickets'
    and indexname not in (
        select conname from pg_constraint where conrelid = 'public.tickets'::regclass
    );
do $drop$
declare
    each record;
begin
    for each in select * from index_definitions loop
        execute format('drop index public.%%I', each.indexname);
    end loop;
end;
$drop$;

create temporary table queue_places as
select (row_number() over (order by key = 'support' desc, key))::integer as place, id
from public.queues where archived_at is null;

insert into public.tickets (
    status, status_category, subject, type, priority, queue_id, requester_id, assignee_id,
    data, tags, waiting_on, waiting_since, created_at, updated_at, solved_at, closed_at
)
select
    dice.status::text,
    dice.status,
    'Ticket ' || dice.place || ' of many, about something that happened',
    (array['question', 'incident', 'problem', 'task'])[1 + dice.place %% 4]::public.ticket_type,
    case
        when dice.urgency < 0.03 then 'urgent' when dice.urgency < 0.18 then 'high'
        when dice.urgency < 0.80 then 'normal' else 'low'
    end::public.ticket_priority,
    queue_places.id,
    customers.id,
    case when dice.status <> 'new' then agents.id end,
    -- All that any type needs.
    '{"impact": "team", "affected": "bicycles", "due_on": "2026-12-01"}',
    case
        when dice.tag < 0.03 then '{vip,bicycle}' when dice.tag < 0.5 then '{bicycle}'
        else '{}'
    end::text [],
    case
        when dice.status in ('new', 'open') then 'agent'
        when dice.status = 'pending' then 'customer'
        when dice.status = 'on_hold' then 'third_party' else 'nobody'
    end::public.waiting_party,
    dice.opened + dice.life,
    dice.opened,
    dice.opened + dice.life,
    case when dice.status in ('solved', 'closed') then dice.opened + dice.life end,
    case when dice.status = 'closed' then dice.opened + dice.life + interval '4 days' end
from (
    select
        place,
        case
            when state < 0.90 then 'closed' when state < 0.91 then 'solved'
            when state < 0.93 then 'new' when state < 0.96 then 'open'
            when state < 0.99 then 'pending' else 'on_hold'
        end::public.status_category as status,
        random() as urgency,
        random() as tag,
        -- Half of everything comes to the first queue.
        case when random() < 0.5 then 1 else 1 + floor(random() * 5)::integer end as queue,
        now() - interval '3 years' * (1 - place::double precision / %(size)s) as opened,
        interval '6 days' * random() as life
    from (select place, random() as state from generate_series(1, %(size)s) as place) as places
) as dice
inner join queue_places on queue_places.place = dice.queue
inner join cast_of_thousands as agents on agents.place = 1 + dice.place %% 200
inner join cast_of_thousands as customers
    on customers.place = 201 + (dice.place * 7919::bigint) %% (%(size)s / 20);

-- Two agents and two customers whose shares are the same at every size.
update public.tickets set assignee_id = %(agent)s
where assignee_id is not null and number %% (%(size)s / 1000) = 0;
update public.tickets set requester_id = %(many)s where number %% (%(size)s / 500) = 1;
update public.tickets set requester_id = %(few)s where number %% (%(size)s / 3) = 2;

do $create$
declare
    each record;
begin
    for each in select * from index_definitions loop
        execute each.indexdef;
    end loop;
end;
$create$;

insert into private.queue_counts (queue_id, category, priority, waiting, assigned, difference)
select
    queue_id, status_category, priority, waiting_on = 'agent', assignee_id is not null, count(*)
from public.tickets
group by 1, 2, 3, 4, 5;

-- What happened last to each, so that being unread costs what it costs; and what is too
-- long to wait, with most of what waits beyond it.
insert into public.ticket_events (
    ticket_id, number, seq, public_seq, version, public_version, type, actor_id, occurred_at
)
select id, number, 1, 1, 1, 1, 'TICKET_UPDATED', requester_id, created_at from public.tickets;

