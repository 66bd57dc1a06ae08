-- Statuses are rows with a fixed category; which step may follow which is rows too.

create type public.status_category as enum (
    'new', 'open', 'pending', 'on_hold', 'solved', 'closed'
);
comment on type public.status_category is 'What a status means to rules, targets and reports.';

create type public.ticket_type as enum ('question', 'incident', 'problem', 'task');
comment on type public.ticket_type is 'What a ticket asks for.';

create type public.ticket_priority as enum ('urgent', 'high', 'normal', 'low');
comment on type public.ticket_priority is 'How soon a ticket wants attention, soonest first.';

create table public.ticket_statuses (
    status varchar(50) primary key,
    category public.status_category not null,
    agent_label text not null,
    customer_label text not null,
    position smallint not null,
    constraint ticket_statuses_form check (status ~ '^[a-z][a-z0-9_]{1,49}$')
);
comment on table public.ticket_statuses is
'Where a ticket may stand. Add a row for a status of your own; its category says how it behaves.';
comment on column public.ticket_statuses.status is 'The key.';
comment on column public.ticket_statuses.category is 'What it means to rules, targets and reports.';
comment on column public.ticket_statuses.agent_label is 'What agents read.';
comment on column public.ticket_statuses.customer_label is 'What customers read.';
comment on column public.ticket_statuses.position is
'Order in lists; the first of a category is where automatic steps lead.';

create table public.ticket_transitions (
    type public.ticket_type not null,
    before public.status_category not null,
    after public.status_category not null,
    primary key (type, before, after)
);
comment on table public.ticket_transitions is
'Every step between categories that a type of ticket allows; the database refuses any other.';
comment on column public.ticket_transitions.type is 'The type of ticket.';
comment on column public.ticket_transitions.before is 'Where it stands.';
comment on column public.ticket_transitions.after is 'Where it may go.';

insert into public.ticket_statuses
(status, category, agent_label, customer_label, position) values
('new', 'new', 'New', 'Received', 1),
('open', 'open', 'Open', 'In progress', 2),
('pending', 'pending', 'Pending', 'Waiting for your answer', 3),
('on_hold', 'on_hold', 'On hold', 'In progress', 4),
('solved', 'solved', 'Solved', 'Solved', 5),
('closed', 'closed', 'Closed', 'Closed', 6);

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
'Keeps the category of a status, which its tickets have copied.';

create trigger refuse_category_change
before update on public.ticket_statuses
for each row when (old.category <> new.category) execute function private.refuse_category_change();

insert into public.ticket_transitions (type, before, after)
select
    types.type,
    steps.before::public.status_category,
    steps.after::public.status_category
from unnest(enum_range(null::public.ticket_type)) as types (type)
cross join (
    values
    ('new', 'open'),
    ('open', 'pending'), ('open', 'on_hold'), ('open', 'solved'),
    ('pending', 'open'), ('pending', 'on_hold'), ('pending', 'solved'),
    ('on_hold', 'open'), ('on_hold', 'pending'), ('on_hold', 'solved'),
    ('solved', 'open'), ('solved', 'closed')
) as steps (before, after);

insert into public.ticket_transitions (type, before, after) values
('question', 'new', 'pending'),    -- answered with a question
('question', 'new', 'solved'),     -- answered in one go
('task', 'new', 'on_hold'),        -- planned for later
('task', 'new', 'solved'),         -- done at once
('problem', 'new', 'on_hold'),     -- known, waiting for a supplier
('problem', 'solved', 'on_hold');

alter table public.ticket_statuses enable row level security;
alter table public.ticket_transitions enable row level security;
grant select on public.ticket_statuses, public.ticket_transitions to authenticated, service_role;

create policy "signed-in people may know the statuses" on public.ticket_statuses
for select to authenticated using ((select private.caller()) is not null);

create policy "signed-in people may know the steps" on public.ticket_transitions
for select to authenticated using ((select private.caller()) is not null);
