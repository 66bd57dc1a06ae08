-- Bulk updates: one change to many tickets, worked off chunk by chunk by a worker that may
-- be killed at any line. A chunk is one transaction, and the row of the update is locked
-- as long as it lasts; so no item is done twice and none is lost, whoever works.

create table private.bulk_updates (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.profiles (id) on delete cascade,
    change jsonb,
    undo_of uuid references private.bulk_updates (id) on delete set null,
    total integer not null,
    done integer not null default 0,
    skipped integer not null default 0,
    failed integer not null default 0,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    due_at timestamptz not null default now(),
    attempts smallint not null default 0,
    constraint bulk_updates_total check (total between 0 and 1000),
    constraint bulk_updates_counted check (
        least(done, skipped, failed) >= 0
        and done + skipped + failed <= total
        and (finished_at is null or done + skipped + failed = total)
    )
);
comment on table private.bulk_updates is
'One change to many tickets. Its id is the batch_id of every event that came of it.';
comment on column private.bulk_updates.id is 'Identity.';
comment on column private.bulk_updates.person_id is 'Who asked; everything is done with their rights.';
comment on column private.bulk_updates.change is
'What is to become of each ticket; empty in an undo, whose items have each their own.';
comment on column private.bulk_updates.undo_of is 'The bulk update that this one takes back.';
comment on column private.bulk_updates.total is 'How many tickets.';
comment on column private.bulk_updates.done is 'How many were changed.';
comment on column private.bulk_updates.skipped is 'How many had nothing to change, or changed since.';
comment on column private.bulk_updates.failed is 'How many were refused.';
comment on column private.bulk_updates.created_at is 'When it was asked for.';
comment on column private.bulk_updates.started_at is 'When a worker first took it up.';
comment on column private.bulk_updates.finished_at is 'When the last item had its result.';
comment on column private.bulk_updates.due_at is
'When a worker takes it up next; what was worked on least lately comes first.';
comment on column private.bulk_updates.attempts is
'How often a chunk was taken up since the last one that went through.';
create index bulk_updates_due on private.bulk_updates (due_at) where finished_at is null;
comment on index private.bulk_updates_due is 'What a worker takes up next.';
create index bulk_updates_unfinished on private.bulk_updates (person_id) where finished_at is null;
comment on index private.bulk_updates_unfinished is 'What somebody still has under way.';
create index bulk_updates_over on private.bulk_updates (finished_at)
where finished_at is not null;
comment on index private.bulk_updates_over is 'What is forgotten next.';
create index bulk_updates_person on private.bulk_updates (person_id, created_at, id);
comment on index private.bulk_updates_person is 'What somebody asked for, by age.';
create index bulk_updates_undo_of on private.bulk_updates (undo_of);

create table private.bulk_items (
    bulk_update_id uuid not null references private.bulk_updates (id) on delete cascade,
    position integer not null,
    ticket text not null,
    change jsonb,
    expected_version integer,
    result text,
    problem text,
    detail text,
    ticket_id uuid,
    version integer,
    before jsonb,
    after jsonb,
    primary key (bulk_update_id, position),
    constraint bulk_items_result check (result in ('done', 'skipped', 'failed')),
    constraint bulk_items_problem check (
        (problem is not null) = (result is not null and result <> 'done')
    )
);
comment on table private.bulk_items is 'One ticket of a bulk update, and what became of it.';
comment on column private.bulk_items.bulk_update_id is 'The bulk update.';
comment on column private.bulk_items.position is 'Place in it, from 1.';
comment on column private.bulk_items.ticket is
'The ticket as it was named, by id or number: whether there is one is not said to everybody.';
comment on column private.bulk_items.change is 'Its own change, in an undo.';
comment on column private.bulk_items.expected_version is
'In an undo, the version that the ticket must still have.';
comment on column private.bulk_items.result is 'How it ended; empty until it has.';
comment on column private.bulk_items.problem is 'Why it was not changed, as a slug.';
comment on column private.bulk_items.detail is 'The same in a sentence.';
comment on column private.bulk_items.ticket_id is 'The ticket that was changed.';
comment on column private.bulk_items.version is 'The version that it came to.';
comment on column private.bulk_items.before is 'What can be undone, as it was.';
comment on column private.bulk_items.after is 'The same, as it was left.';
create index bulk_items_left on private.bulk_items (bulk_update_id, position)
where result is null;
comment on index private.bulk_items_left is 'What is still to be done, in order.';

create function private.wake_bulk() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.call_workers('INSERT', 'bulk_updates', jsonb_build_object('id', new.id));
    return null;
end;
$$;
comment on function private.wake_bulk is 'Wakes the worker of bulk updates; a schedule is the guarantee.';

create trigger wake_bulk
after insert on private.bulk_updates
for each row when (new.finished_at is null) execute function private.wake_bulk();
