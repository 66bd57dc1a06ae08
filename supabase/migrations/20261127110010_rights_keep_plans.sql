-- Rights are looked up several times a request. Functions in SQL that are not inlined are
-- planned anew each time, which is most of what they cost; plpgsql keeps the plan of a
-- session. These ask the same as before.

create or replace function private.has_permission(wanted text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    return exists (
        select from public.person_roles
        inner join public.role_permissions using (role)
        where person_roles.person_id = me and role_permissions.permission = wanted
    );
end;
$$;

create or replace function private.readable_queues() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    if private.has_permission('tickets.read_all') then
        return query select queues.id from public.queues;
    elsif private.has_permission('tickets.read') then
        return query
        select queue_members.queue_id from public.queue_members
        where queue_members.person_id = me;
    end if;
end;
$$;

create or replace function private.note_queues() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    if private.has_permission('tickets.note') then
        return query select readable.id from private.readable_queues() as readable (id);
    end if;
end;
$$;

create or replace function private.shared_organizations() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
begin
    return query
    select organizations.id
    from public.profiles
    inner join public.organizations on profiles.organization_id = organizations.id
    where profiles.id = me and organizations.shares_tickets;
end;
$$;
