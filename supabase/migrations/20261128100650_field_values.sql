-- The values of filterable fields, typed and indexed, so that no index is made at run time. A
-- trigger keeps them in the transaction that changes a ticket; a job fills in those of the tickets
-- there were when a field became filterable, and takes them away when it is no longer.

create table private.field_values (
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    field text not null,
    item smallint not null,
    queue_id uuid not null,
    live boolean not null,
    text_value text collate "C",
    number_value numeric,
    date_value date,
    boolean_value boolean,
    primary key (ticket_id, field, item),
    constraint field_values_one check (
        num_nonnulls(text_value, number_value, date_value, boolean_value) = 1
    )
);
comment on table private.field_values is
'What the filterable fields of tickets hold, a row each; of several choices, one for each.';
comment on column private.field_values.ticket_id is 'The ticket.';
comment on column private.field_values.field is 'The field.';
comment on column private.field_values.item is 'Position among several choices, from 1.';
comment on column private.field_values.queue_id is 'The queue of the ticket, for index scans.';
comment on column private.field_values.live is 'Whether the ticket is unsolved, for index scans.';
comment on column private.field_values.text_value is
'A text of up to 200 characters, a choice, or the id of a person.';
comment on column private.field_values.number_value is 'A number.';
comment on column private.field_values.date_value is 'A date.';
comment on column private.field_values.boolean_value is 'True or false.';
create index field_values_text
on private.field_values (field, queue_id, text_value, ticket_id) where text_value is not null;
comment on index private.field_values_text is 'The tickets of a queue by a text.';
create index field_values_live_text
on private.field_values (field, queue_id, text_value, ticket_id)
where text_value is not null and live;
comment on index private.field_values_live_text is 'The unsolved ones of them.';
create index field_values_number
on private.field_values (field, queue_id, number_value, ticket_id) where number_value is not null;
comment on index private.field_values_number is 'The tickets of a queue by a number.';
create index field_values_live_number
on private.field_values (field, queue_id, number_value, ticket_id)
where number_value is not null and live;
comment on index private.field_values_live_number is 'The unsolved ones of them.';
create index field_values_date
on private.field_values (field, queue_id, date_value, ticket_id) where date_value is not null;
comment on index private.field_values_date is 'The tickets of a queue by a date.';
create index field_values_live_date
on private.field_values (field, queue_id, date_value, ticket_id)
where date_value is not null and live;
comment on index private.field_values_live_date is 'The unsolved ones of them.';

create function private.typed_values(field private.fields, value jsonb)
returns table (
    item smallint,
    text_value text,
    number_value numeric,
    date_value date,
    boolean_value boolean
)
language plpgsql immutable rows 1 set search_path = ''
as $$
declare
    form constant text := jsonb_typeof(value);
    content constant text := value #>> '{}';
begin
    -- Whatever has the type, though a definition may have changed since it was written.
    if form = 'array' and field.type = 'choices' then
        return query
        select items.position::smallint, items.content, null::numeric, null::date, null::boolean
        from jsonb_array_elements_text(value) with ordinality as items (content, position)
        where length(items.content) <= 200 and items.position <= 50;
    elsif form = 'number' and field.type in ('number', 'integer') then
        return query
        select 1::smallint, null::text, content::numeric, null::date, null::boolean
        where abs(content::numeric) < 1e30 and scale(trim_scale(content::numeric)) <= 30;
    elsif form = 'boolean' and field.type = 'boolean' then
        return query
        select 1::smallint, null::text, null::numeric, null::date, content::boolean;
    elsif form = 'string' and field.type = 'date' then
        if content ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid(content, 'date') then
            return query
            select 1::smallint, null::text, null::numeric, content::date, null::boolean;
        end if;
    elsif form = 'string' and field.type in ('text', 'choice', 'pattern', 'person') then
        return query
        select
            1::smallint,
            case field.type when 'person' then lower(content) else content end,
            null::numeric, null::date, null::boolean
        where length(content) between 1 and 200;
    end if;
end;
$$;
comment on function private.typed_values is
'The rows of private.field_values that a value makes; none if it is not of the type, or longer than 200 characters.';

create function private.write_field_values(ticket public.tickets, only_field text default null)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    delete from private.field_values as held
    where held.ticket_id = ticket.id and held.field = coalesce(only_field, held.field);
    insert into private.field_values (
        ticket_id, field, item, queue_id, live,
        text_value, number_value, date_value, boolean_value
    )
    select
        ticket.id, fields.key, typed.item, ticket.queue_id,
        ticket.status_category not in ('solved', 'closed'),
        typed.text_value, typed.number_value, typed.date_value, typed.boolean_value
    from private.fields
    cross join lateral private.typed_values(fields, ticket.data -> fields.key) as typed
    where fields.filterable and fields.key = coalesce(only_field, fields.key);
end;
$$;
comment on function private.write_field_values is
'Writes what the filterable fields of a ticket hold, all or one of them.';

create function private.keep_field_values() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' or new.data <> old.data then
        perform private.write_field_values(new);
    else
        update private.field_values
        set queue_id = new.queue_id, live = new.status_category not in ('solved', 'closed')
        where ticket_id = new.id;
    end if;
    return null;
end;
$$;
comment on function private.keep_field_values is 'Keeps the values of filterable fields as the ticket has them.';

create trigger keep_field_values_of_new
after insert on public.tickets
for each row when (new.data <> '{}') execute function private.keep_field_values();

create trigger keep_field_values
after update on public.tickets
for each row when (
    new.data <> old.data
    or (
        old.data <> '{}'
        and (
            new.queue_id <> old.queue_id
            or (new.status_category in ('solved', 'closed'))
            <> (old.status_category in ('solved', 'closed'))
        )
    )
)
execute function private.keep_field_values();

-- Filling them in ------------------------------------------------------------

create table private.field_fills (
    field text primary key references private.fields (key) on delete cascade,
    requested_at timestamptz not null default now(),
    after_transaction bigint,
    after_number bigint not null default 0
);
comment on table private.field_fills is
'Fields that have just become filterable, or are so no longer, whose values the job writes or deletes.';
comment on column private.field_fills.field is 'The field.';
comment on column private.field_fills.requested_at is 'Since when; the oldest comes first.';
comment on column private.field_fills.after_transaction is
'The job begins when all transactions before this one have ended, since they may not know that the field is filterable; null until it has looked.';
comment on column private.field_fills.after_number is 'The number of the last ticket that is done.';

create view private.field_fills_due as
select
    field,
    requested_at
from private.field_fills
where
    after_transaction is null
    or after_transaction <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    -- Restored from a cluster with higher transaction ids.
    or after_transaction > pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
comment on view private.field_fills_due is 'Fills that have something to do now.';

create function private.request_field_fill() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.field_fills (field) values (new.key)
    on conflict (field) do update
    set requested_at = now(), after_transaction = null, after_number = 0;
    perform private.start_job('field_values');
    return null;
end;
$$;
comment on function private.request_field_fill is
'Has the values of a field filled in when it becomes filterable, and deleted when it is no longer.';

create trigger request_field_fill_of_new
after insert on private.fields
for each row when (new.filterable) execute function private.request_field_fill();

create trigger request_field_fill
after update on private.fields
for each row when (new.filterable <> old.filterable)
execute function private.request_field_fill();

create function private.fill_tickets(target private.fields, first_after bigint, max_items integer)
returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    chunk uuid[];
    last_number bigint;
    ticket public.tickets;
begin
    select array_agg(page.id order by page.id), max(page.number) into chunk, last_number
    from (
        select tickets.id, tickets.number from public.tickets
        where tickets.number > first_after
        order by tickets.number limit max_items
    ) as page;
    -- In the order in which others lock several. A change that is under way is waited for.
    for ticket in
        select * from public.tickets where id = any (chunk) order by id for no key update
    loop
        perform private.write_field_values(ticket, target.key);
    end loop;
    return last_number;
end;
$$;
comment on function private.fill_tickets is
'Writes the values that a field has in the next tickets after a number; returns the last number, or null at the end.';

create function api.fill_field_values(max_items integer default 500) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    fill private.field_fills;
    target private.fields;
    last_number bigint;
begin
    -- The field before its fill, as whoever changes it does, who waits until this chunk is written.
    select fields.* into target from private.fields
    where fields.key = (
        select due.field from private.field_fills_due as due order by due.requested_at limit 1
    )
    for share;
    select fills.* into fill from private.field_fills as fills
    where fills.field = target.key for update;
    if fill.field is null then
        return null;
    end if;
    if fill.after_transaction is null then
        update private.field_fills
        set after_transaction = pg_current_xact_id()::text::bigint
        where field = fill.field;
        return jsonb_build_object('field', fill.field, 'finished', false);
    end if;
    if target.filterable then
        last_number := private.fill_tickets(target, fill.after_number, max_items);
    else
        delete from private.field_values
        where (ticket_id, field, item) in (
            select held.ticket_id, held.field, held.item from private.field_values as held
            where held.field = fill.field limit max_items
        );
        last_number := case when found then 0 end;
    end if;
    if last_number is null then
        delete from private.field_fills where field = fill.field;
    else
        update private.field_fills set after_number = last_number where field = fill.field;
    end if;
    return jsonb_build_object('field', fill.field, 'finished', last_number is null);
end;
$$;
comment on function api.fill_field_values is
'Writes the next values of a field that has become filterable, or deletes those of one that is no longer, in a transaction; null when there is nothing to do. For workers.';

grant execute on function api.fill_field_values to service_role;
