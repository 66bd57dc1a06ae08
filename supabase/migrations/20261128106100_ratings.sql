-- Satisfaction: the requester of a solved ticket rates it, good or bad, signed in or by the link in
-- the email about the solving. A ticket has one rating, which can be changed until it is fixed.
--
-- The token of a link is random, and its hash alone is stored: a link says nothing, needs no key
-- that somebody would have to rotate, and whoever reads the database has none that works.

create table private.ratings (
    ticket_id uuid primary key references public.tickets (id) on delete cascade,
    score text not null,
    comment text,
    rated_at timestamptz not null,
    constraint ratings_score check (score in ('good', 'bad')),
    constraint ratings_comment_length check (length(comment) between 1 and 2000),
    constraint ratings_comment_visible check (private.is_visible(comment))
);
comment on table private.ratings is 'What requesters think of how their tickets were solved.';
comment on column private.ratings.ticket_id is 'The ticket.';
comment on column private.ratings.score is 'Good or bad.';
comment on column private.ratings.comment is 'Why, in the words of the requester; null without.';
comment on column private.ratings.rated_at is 'When it was given, or last changed.';

create table private.rating_links (
    token_hash bytea primary key,
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    created_at timestamptz not null default now()
);
comment on table private.rating_links is 'Links in emails by which a requester rates without signing in.';
comment on column private.rating_links.token_hash is 'SHA-256 of the token in the link.';
comment on column private.rating_links.ticket_id is 'The ticket.';
comment on column private.rating_links.created_at is 'When the email was composed.';
create index rating_links_ticket on private.rating_links (ticket_id);
create index rating_links_age on private.rating_links (created_at);
comment on index private.rating_links_age is 'Serves the deletion of old links.';

create function private.rated_until(ticket public.tickets) returns timestamptz
language sql stable security definer set search_path = ''
as $$
    select ticket.solved_at + settings.rating_open_for
    from private.settings
    where settings.ratings_enabled and ticket.status_category in ('solved', 'closed');
$$;
comment on function private.rated_until is
'Until when a ticket can be rated; null when it cannot.';

create function private.rating_json(ticket public.tickets) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    open_until constant timestamptz := private.rated_until(ticket);
    rating private.ratings;
begin
    if ticket.requester_id is distinct from private.caller()
    and not private.may_read_notes(ticket.queue_id) then
        return null;
    end if;
    select * into rating from private.ratings where ticket_id = ticket.id;
    if rating.ticket_id is null and (open_until is null or open_until < private.now()) then
        return null;
    end if;
    return jsonb_build_object(
        'score', rating.score,
        'comment', rating.comment,
        'rated_at', rating.rated_at,
        'open_until', open_until
    );
end;
$$;
comment on function private.rating_json is
'The rating of a ticket, without a score while it can be given, for its requester and those who read its notes; null for others, or when there is nothing to say.';

create function private.rate(ticket public.tickets, score text, comment text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    open_until constant timestamptz := private.rated_until(ticket);
    former private.ratings;
begin
    if score is null or score not in ('good', 'bad')
    or length(comment) not between 1 and 2000 or not private.is_visible(comment) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'A score is good or bad, and a comment has 1 to 2,000 characters.';
    end if;
    if open_until is null or open_until < private.now() then
        raise sqlstate 'PT409' using
            message = 'rating-closed',
            detail = 'A solved ticket can be rated for some days, and this one cannot, or no more.';
    end if;
    select * into former from private.ratings where ticket_id = ticket.id;
    if (former.score, former.comment) is distinct from (rate.score, rate.comment) then
        insert into private.ratings as ratings (ticket_id, score, comment, rated_at)
        values (ticket.id, rate.score, rate.comment, private.now())
        on conflict on constraint ratings_pkey do update
        set score = excluded.score, comment = excluded.comment, rated_at = excluded.rated_at;
        -- Whoever rates by a link has not signed in, so the event names the requester itself.
        perform private.record_event(
            ticket.id, 'TICKET_RATED',
            case when former.ticket_id is not null then jsonb_build_object(
                'score', former.score, 'comment', former.comment,
                'person_id', ticket.requester_id
            ) end,
            jsonb_build_object(
                'score', rate.score, 'comment', rate.comment, 'person_id', ticket.requester_id
            ),
            true
        );
    end if;
    return (
        select jsonb_build_object(
            'score', ratings.score,
            'comment', ratings.comment,
            'rated_at', ratings.rated_at,
            'open_until', open_until
        )
        from private.ratings where ratings.ticket_id = ticket.id
    );
end;
$$;
comment on function private.rate is
'Rates a locked ticket, or changes its rating, and writes TICKET_RATED; the same again changes nothing. PT409 when it cannot be rated.';

create function api.rate_ticket(
    ticket text, score text, comment text default null, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    response jsonb;
begin
    if target.requester_id <> private.caller() then
        raise sqlstate 'PT403' using
            message = 'denied', detail = 'Only its requester rates a ticket.';
    end if;
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'rate_ticket', 'ticket', target.id, 'score', score, 'comment', comment
        )
    );
    if response is not null then
        return private.rating_json(target);
    end if;
    response := private.rate(target, score, comment);
    -- The words are not stored a second time, where a redaction would have to find them.
    perform private.store_response(idempotency_key, '{}');
    return response;
end;
$$;
comment on function api.rate_ticket is
'Rates a solved ticket of the caller, good or bad, or changes the rating, until rating_open_for after it was solved.';

create function private.new_rating_link(ticket uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    token constant text := encode(extensions.gen_random_bytes(32), 'hex');
begin
    with old as materialized (
        select token_hash from private.rating_links
        where created_at < now() - interval '90 days'
        order by created_at limit 20
        for update skip locked
    )

    delete from private.rating_links as links using old
    where links.token_hash = old.token_hash;
    insert into private.rating_links (token_hash, ticket_id)
    values (extensions.digest(token, 'sha256'), ticket);
    return token;
end;
$$;
comment on function private.new_rating_link is
'A token by which the requester of a ticket rates it; it is returned once, and only its hash is kept.';

create function api.rate_by_link(token text, score text, comment text default null)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address constant text := private.calling_address();
    target public.tickets;
begin
    if address is not null then
        perform private.increment_command_count(
            address, (select commands_per_minute_by_address from private.settings)
        );
    end if;
    select tickets.* into target
    from private.rating_links as links
    inner join public.tickets on tickets.id = links.ticket_id
    where links.token_hash = extensions.digest(token, 'sha256')
    for update of tickets;
    if target.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'This link is not valid.';
    end if;
    return private.rate(target, score, comment);
end;
$$;
comment on function api.rate_by_link is
'Rates the ticket whose requester got this token by email, as api.rate_ticket does; the token lets nobody read.';

grant execute on function api.rate_ticket to authenticated;
grant execute on function api.rate_by_link to anon;
