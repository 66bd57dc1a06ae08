-- Merging two records of one customer, and undoing that within a day.

create table private.person_merges (
    id uuid primary key default extensions.uuid_generate_v4(),
    person_id uuid not null references public.people (id) on delete cascade,
    into_id uuid not null references public.people (id) on delete cascade,
    merged_by uuid references public.people (id) on delete set null,
    merged_at timestamptz not null default now(),
    undone_at timestamptz,
    deactivated_before timestamptz,
    ticket_ids uuid[] not null,
    comment_ids uuid[] not null,
    followed_ids uuid[] not null,
    newly_followed_ids uuid[] not null,
    account_id uuid,
    email text
);
comment on table private.person_merges is
'What went over from a person to another, so that it can be undone.';
comment on column private.person_merges.id is 'Identity.';
comment on column private.person_merges.merged_by is 'Who merged them.';
comment on column private.person_merges.merged_at is 'When that was.';
comment on column private.person_merges.person_id is 'The record that was merged.';
comment on column private.person_merges.into_id is 'The record that stays.';
comment on column private.person_merges.undone_at is 'When it was undone; empty while it stands.';
comment on column private.person_merges.deactivated_before is
'Since when the person was deactivated before.';
comment on column private.person_merges.ticket_ids is 'The tickets that they had requested.';
comment on column private.person_merges.comment_ids is 'The comments that they had written.';
comment on column private.person_merges.followed_ids is 'The tickets that they followed.';
comment on column private.person_merges.newly_followed_ids is
'Those of them that the other did not follow before.';
comment on column private.person_merges.account_id is
'The user of Auth that went over; empty when the other had an account, or nobody had one.';
comment on column private.person_merges.email is
'The address that went over; empty when the other had one.';
create index person_merges_person on private.person_merges (person_id, merged_at);
create index person_merges_into on private.person_merges (into_id);
create index person_merges_merged_by on private.person_merges (merged_by);

create function private.require_mergeable(source public.people, target public.people)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if source.id = target.id then
        raise sqlstate 'PT422' using
            message = 'invalid', detail = 'Nobody is merged into themselves.';
    end if;
    if source.merged_into is not null or target.deactivated_at is not null
    or 'machine' in (source.kind, target.kind) then
        raise sqlstate 'PT409' using
            message = 'not-mergeable',
            detail = 'Merge two people, of whom the first is not merged yet and the other is active.';
    end if;
    if exists (
        select from public.person_roles
        where person_id in (source.id, target.id) and role <> 'customer'
    ) then
        raise sqlstate 'PT409' using
            message = 'has-roles',
            detail = 'Only customers are merged, into customers. Take their other roles first.';
    end if;
    if exists (
        select from public.tickets where requester_id = source.id offset 1000
    ) then
        raise sqlstate 'PT409' using
            message = 'too-many-tickets',
            detail = 'Only who has requested 1,000 tickets at most is merged. Merge the other way round.';
    end if;
end;
$$;
comment on function private.require_mergeable is 'PT409 or PT422 unless a person may be merged into another.';

create function private.move_account(source uuid, target uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    account uuid;
begin
    if private.has_account(target) then
        return null;
    end if;
    delete from private.accounts where person_id = target;
    update private.accounts set person_id = target where person_id = source
    returning user_id into account;
    return account;
end;
$$;
comment on function private.move_account is
'Links the account of a person to another who has none; returns the user of Auth.';

create function private.move_email(source uuid, target uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    address constant text := (select email from public.people where id = source);
begin
    if address is null or (select email from public.people where id = target) is not null then
        return null;
    end if;
    update public.people set email = null where id = source;
    update public.people set email = address where id = target;
    return address;
end;
$$;
comment on function private.move_email is
'Gives the address of a person to another who has none; returns it. Who keeps theirs is found by it, and by that the person they were merged into.';

create function private.move_history(
    source uuid, target uuid, tickets uuid[], comments uuid[]
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform set_config('autocrm.merges_people', 'on', true);
    update public.tickets as moved set requester_id = target
    where moved.id = any (move_history.tickets) and moved.requester_id = source;
    update public.comments as moved set author_id = target
    where moved.id = any (move_history.comments) and moved.author_id = source;
    perform set_config('autocrm.merges_people', '', true);
end;
$$;
comment on function private.move_history is
'Makes a person the requester of tickets and the author of comments that were another''s.';

create function api.merge_people(
    person uuid, into_person uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('people.manage');
    response jsonb;
    merge private.person_merges;
begin
    response := private.stored_response(idempotency_key, jsonb_build_object(
        'command', 'merge_people', 'person', person, 'into_person', into_person
    ));
    if response is not null then
        return response;
    end if;
    -- Both in order of id, so that two merges at once never deadlock.
    perform from public.people where id in (person, into_person) order by id for update;
    perform private.require_mergeable(
        private.lock_person(person), private.lock_person(into_person)
    );
    merge.ticket_ids := array(select id from public.tickets where requester_id = person);
    merge.comment_ids := array(select id from public.comments where author_id = person);
    merge.followed_ids := array(
        select ticket_id from public.ticket_followers where person_id = person
    );
    merge.newly_followed_ids := array(
        select unnest(merge.followed_ids)
        except
        select ticket_id from public.ticket_followers where person_id = into_person
    );
    merge.deactivated_before := (select deactivated_at from public.people where id = person);
    perform private.move_history(person, into_person, merge.ticket_ids, merge.comment_ids);
    insert into public.ticket_followers (person_id, ticket_id, since, grants_access)
    select into_person, ticket_id, since, grants_access from public.ticket_followers
    where person_id = person and ticket_id = any (merge.newly_followed_ids);
    delete from public.ticket_followers where person_id = person;
    merge.account_id := private.move_account(person, into_person);
    merge.email := private.move_email(person, into_person);
    perform private.end_sessions(person);
    update public.people
    set merged_into = into_person, deactivated_at = coalesce(deactivated_at, now())
    where id = person;
    insert into private.person_merges (
        person_id, into_id, merged_by, deactivated_before, ticket_ids, comment_ids,
        followed_ids, newly_followed_ids, account_id, email
    )
    values (
        person, into_person, me, merge.deactivated_before, merge.ticket_ids,
        merge.comment_ids, merge.followed_ids, merge.newly_followed_ids, merge.account_id,
        merge.email
    );
    response := private.person_detail(into_person);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.merge_people is
'Merges a customer''s second record into another: tickets, comments and follows go over; address and account too if the other has none. Returns the other. Needs people.manage, and every permission that both hold. PT409, PT422.';

create function api.undo_merge(person uuid, idempotency_key text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    response jsonb;
    merge private.person_merges;
begin
    perform private.require_permission('people.manage');
    response := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'undo_merge', 'person', person)
    );
    if response is not null then
        return response;
    end if;
    select * into merge from private.person_merges
    where person_id = person and undone_at is null
    order by merged_at desc limit 1;
    perform from public.people where id in (person, merge.into_id) order by id for update;
    perform private.lock_person(person);
    if merge.id is null
    or not exists (select from public.people where id = person and merged_into = merge.into_id) then
        raise sqlstate 'PT409' using
            message = 'not-merged', detail = 'This record is not merged into another.';
    end if;
    perform private.lock_person(merge.into_id);
    if exists (select from public.people where id = merge.into_id and merged_into is not null) then
        raise sqlstate 'PT409' using
            message = 'merged-on',
            detail = 'The person it was merged into has been merged into another since. Undo that first.';
    end if;
    if merge.merged_at < now() - interval '1 day' then
        raise sqlstate 'PT409' using
            message = 'undo-too-late',
            detail = 'A merge can be undone for a day.';
    end if;
    update private.person_merges set undone_at = now() where id = merge.id;
    -- The account before it can be theirs again, and the address.
    update public.people set merged_into = null, deactivated_at = merge.deactivated_before
    where id = person;
    perform private.move_history(merge.into_id, person, merge.ticket_ids, merge.comment_ids);
    -- Whom the right to see it was given, they see it again.
    insert into public.ticket_followers (person_id, ticket_id, since, grants_access)
    select person, ticket_id, since, grants_access from public.ticket_followers
    where person_id = merge.into_id and ticket_id = any (merge.followed_ids)
    on conflict do nothing;
    delete from public.ticket_followers
    where person_id = merge.into_id and ticket_id = any (merge.newly_followed_ids);
    update private.accounts set person_id = person
    where user_id = merge.account_id and person_id = merge.into_id;
    update public.people set email = null where id = merge.into_id and email = merge.email;
    if found then
        update public.people set email = merge.email where id = person;
    end if;
    response := private.person_detail(person);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.undo_merge is
'Undoes the merge of a person within a day: what went over and is still there comes back. Returns the person. Needs people.manage, and every permission that both hold. PT409.';

grant execute on function api.merge_people, api.undo_merge to authenticated;
