-- The invariant of live tickets (new, open, pending, on hold), which holds whoever writes:
--
--     A live ticket is in a queue that is not archived, and its assignee, if it has one, can
--     work it (private.can_work): can sign in, has tickets.take, and may read the queue.
--
-- It holds from both sides. A ticket that changes is checked under the lock of its assignee
-- (private.keep_workable): a new assignee who cannot work it is refused, one who no longer can is
-- removed, and a ticket that is reopened in an archived queue goes to the default queue. Whatever
-- ends somebody's work releases their tickets: leaving a queue, a role or permission that is
-- taken away, a ban, a deletion in Auth. An archived queue holds no live tickets
-- (private.require_empty), and takes none (private.refuse_archived_queue).
--
-- What only a role allowed ends with it for good: assignments, memberships, being available.
-- Nothing comes back when it is granted again.

-- Tickets --------------------------------------------------------------------

create function private.comes_back(was public.tickets, now_is public.tickets) returns boolean
language sql stable security definer set search_path = ''
as $$
    select was.assignee_id = now_is.assignee_id
        and now_is.assignee_id is distinct from private.caller()
        and was.status_category not in ('new', 'open')
        and now_is.status_category in ('new', 'open')
        and exists (
            select from public.agents
            where person_id = now_is.assignee_id and availability = 'away' and reassigns
        );
$$;
comment on function private.comes_back is
'Whether somebody else opens a ticket for an assignee who is away and wants such tickets reassigned.';

create function private.keep_workable() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if old.status_category in ('solved', 'closed') then
        new.queue_id := private.live_queue(new.queue_id);
    end if;
    if new.assignee_id is null then
        return new;
    end if;
    -- Whatever ends the work of an agent takes this lock too, so one of the two sees the other.
    -- Both agents at once, because their loads change after this, in order of id.
    perform private.lock_tickets_and_agents('{}', array[old.assignee_id, new.assignee_id]);
    if not private.can_work(new.assignee_id, new.queue_id) or private.comes_back(old, new) then
        if new.assignee_id is distinct from old.assignee_id then
            raise sqlstate 'PT422' using
                message = 'not-eligible',
                detail = 'This person does not work the queue of the ticket.';
        end if;
        new.assignee_id := null;
    end if;
    return new;
end;
$$;
comment on function private.keep_workable is
'Keeps the invariant of live tickets when one changes: removes an assignee who cannot work it any more, refuses a new one who cannot (PT422), and moves a reopened ticket out of an archived queue.';

create trigger keep_workable
before update on public.tickets
for each row when (
    new.status_category in ('new', 'open', 'pending', 'on_hold')
    and (
        old.status_category in ('solved', 'closed')
        or new.assignee_id is not null
        and (
            new.assignee_id is distinct from old.assignee_id
            or new.queue_id <> old.queue_id
            or new.status_category <> old.status_category
        )
    )
)
execute function private.keep_workable();

create trigger keep_workable_for_new
before insert on public.tickets
for each row when (new.assignee_id is not null)
execute function private.keep_workable();

-- Releasing ------------------------------------------------------------------

create table private.pending_releases (
    person_id uuid primary key references public.people (id) on delete cascade
);
comment on table private.pending_releases is
'People who may still be assigned tickets that they can no longer work: more than 1,000, or locked when their work ended. The scheduler releases them.';
comment on column private.pending_releases.person_id is 'The person.';

create function private.lost_tickets(person_ids uuid[]) returns setof uuid
language sql stable security definer rows 100 set search_path = ''
as $$
    select id from public.tickets
    where assignee_id = any (person_ids)
        and status_category in ('new', 'open', 'pending', 'on_hold')
        and not private.can_work(assignee_id, queue_id)
    limit 1000;
$$;
comment on function private.lost_tickets is
'Live tickets of these people that they can no longer work, at most 1,000.';

create function private.open_tickets_of(person uuid) returns setof uuid
language sql stable security definer rows 100 set search_path = ''
as $$
    select id from public.tickets
    where assignee_id = person
        -- The condition of the index, and then the narrower one.
        and status_category in ('new', 'open', 'pending', 'on_hold')
        and status_category in ('new', 'open')
    limit 1000;
$$;
comment on function private.open_tickets_of is
'New and open tickets that are assigned to a person, at most 1,000.';

create function private.release_locked_tickets(ticket_ids uuid[], person_ids uuid[])
returns integer
language plpgsql security definer set search_path = ''
as $$
begin
    -- Whoever holds the lock of an agent must not wait for a ticket.
    return private.reassign_tickets(
        array(
            select id from public.tickets
            where id = any (ticket_ids) and assignee_id = any (person_ids)
            order by id for update skip locked
        ),
        null
    );
end;
$$;
comment on function private.release_locked_tickets is
'Releases those of the tickets that are assigned to these people, whose agents are locked, and that nobody else has locked; returns how many.';

create function private.release_lost_tickets(person_ids uuid[]) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    -- Without those who are being deleted at this moment.
    present constant uuid[] := array(select id from public.people where id = any (person_ids));
    released integer;
    unfinished uuid[];
begin
    -- Their tickets are not locked before: this runs several times in a transaction that ends
    -- several rights, from the second time on after the locks of the agents.
    perform private.lock_tickets_and_agents('{}', present);
    released := private.release_locked_tickets(
        array(select private.lost_tickets(present)), present
    );
    unfinished := array(
        select person from unnest(present) as person
        where exists (select from private.lost_tickets(array[person]))
    );
    delete from private.pending_releases
    where person_id = any (present) and person_id <> all (unfinished);
    insert into private.pending_releases (person_id)
    select unnest(unfinished)
    on conflict do nothing;
    return released;
end;
$$;
comment on function private.release_lost_tickets is
'Releases the live tickets of people that they can no longer work; returns how many. What is left is pending.';

create function private.release_tickets_of(person uuid) returns integer
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.lock_tickets_and_agents(
        array(select private.open_tickets_of(person)), array[person]
    );
    return private.release_locked_tickets(
        array(select private.open_tickets_of(person)), array[person]
    );
end;
$$;
comment on function private.release_tickets_of is
'Releases the new and open tickets of a person, at most 1,000; returns how many.';

-- What ends somebody's work --------------------------------------------------

create function private.end_work(person_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.release_lost_tickets(person_ids);
    delete from public.queue_members
    where person_id = any (person_ids)
        -- A ban, which ends by itself, leaves who belongs where.
        and (
            not private.works_tickets(person_id)
            or not private.has_account(person_id)
            or exists (
                select from public.people where id = person_id and deactivated_at is not null
            )
        );
    update public.agents
    set availability = 'away', availability_since = now(), reassigns = false
    where person_id = any (person_ids)
        and availability = 'available'
        and not (private.can_sign_in(person_id) and private.works_tickets(person_id));
end;
$$;
comment on function private.end_work is
'Ends what people may do no longer: releases their tickets, and if they can work none at all, ends their memberships and sets them away.';

create function private.end_work_of_former_member() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.release_lost_tickets(array[old.person_id]);
    return null;
end;
$$;
comment on function private.end_work_of_former_member is
'Releases the tickets of a queue that somebody leaves.';

create function private.end_work_of_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (
        select from public.role_permissions
        where role = old.role
            and permission in ('tickets.take', 'tickets.read', 'tickets.read_all')
    ) then
        perform private.end_work(array[old.person_id]);
    end if;
    return null;
end;
$$;
comment on function private.end_work_of_role is 'Ends what somebody could do by a role alone.';

create function private.end_work_of_permission() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.end_work(array(
        select person_id from public.person_roles where role = old.role order by person_id
    ));
    return null;
end;
$$;
comment on function private.end_work_of_permission is
'Ends what those who hold a role could do by a permission of it alone.';

create function private.end_work_of_barred(person uuid) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
begin
    if private.works_tickets(person) then
        perform private.end_work(array[person]);
    end if;
exception
    when others then
        -- A ban must not fail for what follows from it; the scheduler does it again.
        insert into private.pending_releases (person_id)
        select people.id from public.people where people.id = person
        on conflict do nothing;
end;
$$;
comment on function private.end_work_of_barred is
'Ends the work of somebody who can sign in no longer, now or by the scheduler.';

create function private.end_work_of_barred_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.end_work_of_barred(accounts.person_id)
    from private.accounts
    where accounts.user_id = new.id;
    return null;
end;
$$;
comment on function private.end_work_of_barred_user is
'Ends the work of somebody who was banned or deleted in Auth.';

create function private.end_work_of_leaver() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.end_work_of_barred((to_jsonb(old) ->> tg_argv[0])::uuid);
    return null;
end;
$$;
comment on function private.end_work_of_leaver is
'Ends the work of somebody who was deactivated or has lost their account; the argument names the column of the person.';

create trigger end_work
after delete or update of queue_id, person_id on public.queue_members
for each row execute function private.end_work_of_former_member();

create trigger end_work
after delete or update of person_id, role on public.person_roles
for each row execute function private.end_work_of_role();

create trigger end_work
after delete or update of role, permission on public.role_permissions
for each row when (old.permission in ('tickets.take', 'tickets.read', 'tickets.read_all'))
execute function private.end_work_of_permission();

create trigger end_work
after update of banned_until, deleted_at on auth.users
for each row when (
    (new.banned_until, new.deleted_at) is distinct from (old.banned_until, old.deleted_at)
    and (new.deleted_at is not null or new.banned_until is not null)
)
execute function private.end_work_of_barred_user();

create trigger end_work
after delete or update of person_id on private.accounts
for each row execute function private.end_work_of_leaver('person_id');

create trigger end_work
after update of deactivated_at on public.people
for each row when (old.deactivated_at is null and new.deactivated_at is not null)
execute function private.end_work_of_leaver('id');
