-- Ticket statuses with their categories, and the allowed transitions between categories.

create type public.status_category as enum (
    'new', 'open', 'pending', 'on_hold', 'solved', 'closed'
);
comment on type public.status_category is 'The meaning of a status for rules, targets and reports.';

create type public.ticket_type as enum ('question', 'incident', 'problem', 'task');
comment on type public.ticket_type is 'The type of request.';

create type public.ticket_priority as enum ('urgent', 'high', 'normal', 'low');
comment on type public.ticket_priority is 'Priority of a ticket, most urgent first.';

create function private.is_label(value text) returns boolean
language sql immutable parallel safe set search_path = ''
begin atomic
    select length(value) between 1 and 80 and private.is_single_line(value);
end;
comment on function private.is_label is 'Whether a text can label a status: one line, at most 80 characters.';

create function private.are_translations(labels jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    select jsonb_typeof(labels) = 'object' and not exists (
        select
        from jsonb_each(case jsonb_typeof(labels) when 'object' then labels else '{}' end)
            as translation (language, texts)
        where not private.is_language(language)
            or jsonb_typeof(texts) <> 'object'
            or texts - array['agent_label', 'customer_label'] <> '{}'
            or not coalesce(
                private.has_json_type(texts -> 'agent_label', 'string')
                and private.is_label(texts ->> 'agent_label')
                and private.has_json_type(texts -> 'customer_label', 'string')
                and private.is_label(texts ->> 'customer_label'),
                false
            )
    )
    and (select count(*) <= 50 from jsonb_object_keys(
        case jsonb_typeof(labels) when 'object' then labels else '{}' end
    ));
$$;
comment on function private.are_translations is
'Whether these are labels of a status by language: for each, an agent_label and a customer_label.';

create function private.translated(
    texts jsonb, fallback text, languages text[]
) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(
        (
            select known.value
            from unnest(languages[:50]) with ordinality as wished (language, place)
            inner join jsonb_each_text(texts) as known (language, value)
                on lower(known.language) = lower(wished.language)
            order by wished.place, known.language
            limit 1
        ),
        fallback
    );
$$;
comment on function private.translated is
'The first text by language in the order of some languages; the fallback when there is none.';

create table public.ticket_statuses (
    status varchar(50) primary key,
    category public.status_category not null,
    agent_label text not null,
    customer_label text not null,
    position smallint not null,
    labels jsonb not null default '{}',
    is_default boolean not null default false,
    active boolean not null default true,
    version integer not null default 1,
    constraint ticket_statuses_form check (status ~ '^[a-z][a-z0-9_]{1,49}$'),
    constraint ticket_statuses_labels check (
        private.is_label(agent_label) and private.is_label(customer_label)
    ),
    constraint ticket_statuses_translations check (private.are_translations(labels)),
    constraint ticket_statuses_position check (position between 0 and 1000),
    constraint ticket_statuses_default_is_active check (active or not is_default)
);
comment on table public.ticket_statuses is
'The statuses of tickets. The category of a custom status determines its behaviour.';
comment on column public.ticket_statuses.status is 'The key.';
comment on column public.ticket_statuses.category is 'Its meaning for rules, targets and reports.';
comment on column public.ticket_statuses.agent_label is
'The label for agents, in the default language of the desk.';
comment on column public.ticket_statuses.customer_label is
'The label for customers, in the default language of the desk.';
comment on column public.ticket_statuses.position is 'Order in lists.';
comment on column public.ticket_statuses.labels is
'Labels in other languages: by language, an object with agent_label and customer_label.';
comment on column public.ticket_statuses.is_default is
'Whether new tickets and automatic transitions to its category get it.';
comment on column public.ticket_statuses.active is
'Whether tickets may get it; those that have it keep it.';
comment on column public.ticket_statuses.version is
'Incremented with every change; its ETag.';
create unique index ticket_statuses_one_default on public.ticket_statuses (category)
where is_default;
comment on index public.ticket_statuses_one_default is 'At most one default status a category.';

create table public.ticket_transitions (
    type public.ticket_type not null,
    before public.status_category not null,
    after public.status_category not null,
    primary key (type, before, after)
);
comment on table public.ticket_transitions is
'The transitions between categories that each type of ticket allows; all others are refused.';
comment on column public.ticket_transitions.type is 'The type of ticket.';
comment on column public.ticket_transitions.before is 'The category before.';
comment on column public.ticket_transitions.after is 'The category after.';

insert into public.ticket_statuses
(status, category, agent_label, customer_label, position, is_default) values
('new', 'new', 'New', 'Received', 1, true),
('open', 'open', 'Open', 'In progress', 2, true),
('pending', 'pending', 'Pending', 'Waiting for your answer', 3, true),
('on_hold', 'on_hold', 'On hold', 'In progress', 4, true),
('solved', 'solved', 'Solved', 'Solved', 5, true),
('closed', 'closed', 'Closed', 'Closed', 6, true);

create function private.refuse_category_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'category-fixed',
        detail = 'The category of a status does not change. Add another status.';
end;
$$;
comment on function private.refuse_category_change is
'Refuses to change the category of a status, because its tickets have copied it.';

create trigger refuse_category_change
before update on public.ticket_statuses
for each row when (old.category <> new.category) execute function private.refuse_category_change();

create trigger increment_version
before update on public.ticket_statuses
for each row execute function private.increment_version();

create function private.default_status(category public.status_category) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select statuses.status
        from public.ticket_statuses as statuses
        where statuses.category = default_status.category and statuses.is_default
    );
end;
$$;
comment on function private.default_status is
'The status that new tickets and automatic transitions to a category get.';

create function private.refuse_status() returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    raise sqlstate 'PT422' using
        message = 'unknown-status',
        detail = format(
            'There is no such status, or it takes no tickets any more. There are: %s.',
            (
                select string_agg(statuses.status, ', ' order by statuses.position, statuses.status)
                from public.ticket_statuses as statuses where statuses.active
            )
        );
end;
$$;
comment on function private.refuse_status is 'PT422, with the statuses that tickets may get.';

create function private.require_status(given text) returns public.status_category
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_category public.status_category;
begin
    select category into found_category
    from public.ticket_statuses where status = given and active;
    if found_category is null then
        perform private.refuse_status();
    end if;
    return found_category;
end;
$$;
comment on function private.require_status is
'The category of a status that tickets may get; PT422 for any other.';

insert into public.ticket_transitions (type, before, after)
select
    types.type,
    transitions.before::public.status_category,
    transitions.after::public.status_category
from unnest(enum_range(null::public.ticket_type)) as types (type)
cross join (
    values
    ('new', 'open'),
    ('open', 'pending'), ('open', 'on_hold'), ('open', 'solved'),
    ('pending', 'open'), ('pending', 'on_hold'), ('pending', 'solved'),
    ('on_hold', 'open'), ('on_hold', 'pending'), ('on_hold', 'solved'),
    ('solved', 'open'), ('solved', 'closed')
) as transitions (before, after);

insert into public.ticket_transitions (type, before, after) values
('question', 'new', 'pending'),    -- more information requested
('question', 'new', 'solved'),     -- solved by the first reply
('task', 'new', 'on_hold'),        -- planned for later
('task', 'new', 'solved'),         -- done at once
('problem', 'new', 'on_hold'),     -- known, waiting for a supplier
('problem', 'solved', 'on_hold');

alter table public.ticket_statuses enable row level security;
alter table public.ticket_transitions enable row level security;
grant select on public.ticket_statuses, public.ticket_transitions to authenticated, service_role;

create policy "signed-in people see the statuses" on public.ticket_statuses
for select to authenticated using ((select private.caller()) is not null);

create policy "signed-in people see the transitions" on public.ticket_transitions
for select to authenticated using ((select private.caller()) is not null);
