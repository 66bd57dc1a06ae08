-- Accounts: which user of Auth becomes which person.
--
-- Whoever signs up gets a person of their own, a customer. But somebody may be a person here
-- before: invited, or a customer who has only written mail. Then the account is linked to that
-- person by their address, and only once it is proven: by a link that was mailed to it, or because
-- Auth has confirmed it, where Auth asks for that (private.settings.addresses_are_confirmed).
-- Whoever signs up with the address of somebody else is a new person who sees nothing.

create function private.linkable_person(address text, proven boolean) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    person public.people;
begin
    if address is null
    or not (proven or (select addresses_are_confirmed from private.settings)) then
        return null;
    end if;
    select * into person from public.people
    where people.email = address and people.kind = 'human'
    for update;
    while person.merged_into is not null loop
        select * into person from public.people where people.id = person.merged_into for update;
    end loop;
    return case when not private.has_account(person.id) then person.id end;
end;
$$;
comment on function private.linkable_person is
'The person without an account whose address this is, if it is proven; who was merged is the person they were merged into.';

create function private.person_at(address text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    cleaned constant text := private.as_email(address);
    person public.people;
begin
    if cleaned is null then
        raise sqlstate 'PT422' using message = 'invalid', detail = 'This is no email address.';
    end if;
    insert into public.people (email, name)
    values (cleaned, private.as_single_line(left(split_part(cleaned, '@', 1), 120), 'Somebody'))
    on conflict on constraint people_email_unique do nothing
    returning * into person;
    if person.id is not null then
        insert into public.person_roles (person_id, role) values (person.id, 'customer');
        return person.id;
    end if;
    select * into person from public.people where people.email = cleaned;
    while person.merged_into is not null loop
        select * into person from public.people where people.id = person.merged_into;
    end loop;
    return person.id;
end;
$$;
comment on function private.person_at is
'Who has an address; whoever is not known becomes a person without an account, a customer named as the address begins. PT422 for what is no address.';

create function private.has_history(person uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (select from public.tickets where requester_id = person)
        or exists (select from public.comments where author_id = person)
        or exists (select from public.ticket_followers where person_id = person)
        or exists (
            select from public.person_roles where person_id = person and role <> 'customer'
        )
        or exists (select from public.views where owner_id = person)
        or exists (
            select from public.people
            where id = person and (organization_id is not null or deactivated_at is not null)
        )
        or exists (select from public.people where merged_into = person);
end;
$$;
comment on function private.has_history is
'Whether a person has anything of their own but a name: tickets, comments, a role, an organization.';

create function private.take_address(person uuid, address text, proven boolean) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    begin
        update public.people set email = address
        where id = person and email is distinct from address;
    exception
        when unique_violation then
            -- Signing in does not fail for it. What they had before is no longer theirs either,
            -- unless the other record of the address is theirs, too.
            update public.people set email = null
            where id = person and email is not null and not exists (
                select from public.people as others
                where others.email = address and others.merged_into = person
            );
            return;
    end;
    if not proven and not (select addresses_are_confirmed from private.settings) then
        return;
    end if;
    -- Once an address: whoever was taken out of an organization does not come back by signing in.
    update private.accounts set proven_address = address
    where person_id = person and proven_address is distinct from address;
    if found then
        perform private.join_organization(person, address);
    end if;
end;
$$;
comment on function private.take_address is
'Stores the address of a person, who joins the organization of its domain if it is proven; who has one that is somebody else''s already has none here.';

create function private.end_credentials(account uuid, kept_session uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    update auth.users set encrypted_password = '' where id = account and encrypted_password <> '';
    delete from auth.sessions where user_id = account and id is distinct from kept_session;
end;
$$;
comment on function private.end_credentials is
'Ends the password and all sessions but one of an account that is about to be somebody''s who was here before: whoever signed up first with their address may have set them.';

create function private.confirm_address(
    account uuid, address text, proven boolean, session uuid default null
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := (select person_id from private.accounts where user_id = account);
    holder constant uuid := private.linkable_person(address, proven);
begin
    if holder is null or private.has_history(me) then
        perform private.take_address(me, address, proven);
        return;
    end if;
    -- The account that was deleted in Auth.
    delete from private.accounts where person_id = holder;
    update private.accounts set person_id = holder where user_id = account;
    perform private.end_credentials(account, session);
    delete from public.people where id = me;
    perform private.take_address(holder, address, true);
end;
$$;
comment on function private.confirm_address is
'What follows when the address of an account is confirmed: the account is linked to the person without an account who has the address, or else its person takes the address if nobody has it. Who has a history of their own stays apart.';

create function private.open_account(account uuid, called text, address text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    holder uuid := private.linkable_person(address, false);
begin
    if private.create_machine_person(account) then
        insert into private.accounts (user_id, person_id) values (account, account);
        return;
    end if;
    if holder is not null then
        delete from private.accounts where person_id = holder;
    else
        insert into public.people (id, name) values (account, called)
        on conflict (id) do nothing;
        if found then
            insert into public.person_roles (person_id, role) values (account, 'customer');
        end if;
        holder := account;
    end if;
    insert into private.accounts (user_id, person_id) values (account, holder);
    if address is not null then
        perform private.take_address(holder, address, false);
    end if;
end;
$$;
comment on function private.open_account is
'Links a new user of Auth to their person: to the one who has the address, if it is confirmed, or else to a new customer of the same id.';

create function private.follow_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    -- Whoever signs up is not refused for the name that they gave.
    called constant text := private.as_single_line(
        left(new.raw_user_meta_data ->> 'name', 120),
        private.as_single_line(left(split_part(new.email, '@', 1), 120), 'Somebody')
    );
    -- A deletion in Auth that keeps the row replaces address and name.
    address constant text := case
        when new.email_confirmed_at is not null and new.deleted_at is null
            then private.as_email(new.email)
    end;
begin
    if tg_op = 'INSERT' then
        perform private.open_account(new.id, called, address);
        return null;
    end if;
    if new.deleted_at is null
    and new.raw_user_meta_data ->> 'name' is distinct from old.raw_user_meta_data ->> 'name' then
        update public.people set name = called
        from private.accounts
        where accounts.user_id = new.id and people.id = accounts.person_id;
    end if;
    if new.email is distinct from old.email then
        update private.accounts set address_changed = true where user_id = new.id;
    end if;
    if address is not null
    and (new.email is distinct from old.email or old.email_confirmed_at is null) then
        perform private.confirm_address(new.id, address, false);
    end if;
    return null;
end;
$$;
comment on function private.follow_user is
'Gives everybody who signs up a person; follows a changed name, and a confirmed address.';

create trigger follow_user
after insert or update of raw_user_meta_data, email, email_confirmed_at on auth.users
for each row execute function private.follow_user();

create function private.follow_mailed_link() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.confirm_address(
        accounts.user_id, private.as_email(users.email), true, new.session_id
    )
    from auth.sessions
    inner join auth.users on users.id = sessions.user_id
    inner join private.accounts on accounts.user_id = users.id
    where sessions.id = new.session_id
        and users.deleted_at is null
        -- A code may have gone by text message, or to an earlier address.
        and users.phone is null
        and not accounts.address_changed
        and private.as_email(users.email) is not null;
    return null;
end;
$$;
comment on function private.follow_mailed_link is
'Whoever signs in by a link or code that was mailed to them has proven their address, even where Auth confirms every address unasked.';

create trigger follow_mailed_link
after insert on auth.mfa_amr_claims
for each row when (new.authentication_method in ('otp', 'magiclink', 'invite', 'recovery'))
execute function private.follow_mailed_link();
