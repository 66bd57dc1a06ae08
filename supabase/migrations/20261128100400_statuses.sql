-- Ticket statuses with their categories, and the allowed transitions between categories.

create type public.status_category as enum (
    'new', 'open', 'pending', 'on_hold', 'solved', 'closed'
);
comment on type public.status_category is 'The meaning of a status for rules, targets and reports.';

create type public.ticket_type as enum ('question', 'incident', 'problem', 'task');
comment on type public.ticket_type is 'The type of request.';

create type public.ticket_priority as enum ('urgent', 'high', 'normal', 'low');
comment on type public.ticket_priority is 'Priority of a ticket, most urgent first.';

create table public.ticket_statuses (
    status varchar(50) primary key,
    category public.status_category not null,
    agent_label text not null,
    customer_label text not null,
    position smallint not null,
    constraint ticket_statuses_form check (status ~ '^[a-z][a-z0-9_]{1,49}$'),
    constraint ticket_statuses_labels check (
        private.is_single_line(agent_label) and private.is_single_line(customer_label)
    )
);
comment on table public.ticket_statuses is
'The statuses of tickets. Add a row for a custom status; its category determines its behaviour.';
comment on column public.ticket_statuses.status is 'The key.';
comment on column public.ticket_statuses.category is 'Its meaning for rules, targets and reports.';
comment on column public.ticket_statuses.agent_label is 'The label for agents.';
comment on column public.ticket_statuses.customer_label is 'The label for customers.';
comment on column public.ticket_statuses.position is
'Order in lists; automatic transitions use the first status of a category.';

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
'Refuses to change the category of a status, because its tickets have copied it.';

create trigger refuse_category_change
before update on public.ticket_statuses
for each row when (old.category <> new.category) execute function private.refuse_category_change();

create function private.first_status(category public.status_category) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select statuses.status
        from public.ticket_statuses as statuses
        where statuses.category = first_status.category
        order by statuses.position
        limit 1
    );
end;
$$;
comment on function private.first_status is
'The status of a category that automatic transitions use.';

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
