-- Redacting a text of a ticket, wherever it was copied to. What has left the database (email,
-- deliveries, the bus) is beyond reach; TICKET_REDACTED tells its receivers.

create function private.tickets_copied_from(ticket uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
    with recursive copies (id) as (
        select tickets_copied_from.ticket
        union
        select tickets.id
        from public.tickets
        inner join copies on tickets.follow_up_of = copies.id
    )

    select copies.id from copies order by copies.id;
$$;
comment on function private.tickets_copied_from is
'A ticket and its follow-ups, theirs too: fields and tags were copied to them.';

create function private.redact_hidden_copies(ticket uuid, redacted text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    refs constant text[] := array(
        select lower(named.ref) from public.tickets
        cross join lateral unnest(array[tickets.id::text, tickets.number::text]) as named (ref)
        where tickets.id = redact_hidden_copies.ticket
    );
    jobs constant uuid[] := array(
        select distinct items.bulk_update_id from private.bulk_items as items
        where items.ticket_id = redact_hidden_copies.ticket or lower(items.ticket) = any (refs)
    );
    named constant text[] := array(select unnest(jobs || redact_hidden_copies.ticket)::text);
begin
    -- What a bulk update has still to do to other tickets, it does as it was meant.
    update private.bulk_items as items
    set change = updates.change
    from private.bulk_updates as updates
    where updates.id = items.bulk_update_id
        and updates.id = any (jobs)
        and items.result is null
        and items.change is null
        and lower(items.ticket) <> all (refs)
        and updates.change is distinct from private.redact_json(updates.change, redacted);
    update private.bulk_updates
    set
        change = private.redact_json(change, redacted),
        undone_change = private.redact_json(undone_change, redacted)
    where id = any (jobs)
        and (change, undone_change) is distinct from (
            private.redact_json(change, redacted), private.redact_json(undone_change, redacted)
        );
    update private.bulk_items as items
    set
        change = private.redact_json(items.change, redacted),
        expected = private.redact_json(items.expected, redacted),
        before = private.redact_json(items.before, redacted),
        after = private.redact_json(items.after, redacted),
        detail = private.redact_text(items.detail, redacted)
    where items.bulk_update_id = any (jobs)
        and (items.ticket_id = redact_hidden_copies.ticket or lower(items.ticket) = any (refs));
    -- What a receiver answered may repeat what it was sent, in its own spelling and cut
    -- anywhere, so it goes whole.
    update private.webhook_attempts as attempts
    set
        response = case
            when attempts.response is null then null
            when strpos(attempts.response, redacted) > 0
                or deliveries.payload -> 'data' is distinct from
                private.redact_json(deliveries.payload -> 'data', redacted)
                then private.redacted_body()
            else attempts.response
        end,
        error = left(private.redact_text(attempts.error, redacted), 500)
    from private.webhook_deliveries as deliveries
    where deliveries.id = attempts.delivery_id
        and deliveries.ticket_id = redact_hidden_copies.ticket;
    update private.webhook_deliveries as deliveries
    set
        payload = jsonb_set(
            deliveries.payload, '{data}',
            private.redact_json(deliveries.payload -> 'data', redacted)
        ),
        last_error = private.redact_text(deliveries.last_error, redacted)
    where deliveries.ticket_id = redact_hidden_copies.ticket;
    update private.idempotency_keys as keys
    set response = private.redact_json(keys.response, redacted)
    where exists (
        select from unnest(named) as mentioned (id)
        where strpos(keys.response::text, mentioned.id) > 0
    );
    -- Messages are read within seconds, and kept for days.
    delete from realtime.messages
    where (payload ->> 'ticket_id' = any (named) or payload ->> 'id' = any (named))
        and payload is distinct from private.redact_json(payload, redacted);
end;
$$;
comment on function private.redact_hidden_copies is
'Blanks a text in what was derived from a ticket: bulk updates, webhook deliveries, stored responses and messages of Realtime.';

create function private.hidden_places(target public.tickets, redacted text) returns integer
language plpgsql stable security definer set search_path = ''
as $$
declare
    blanked public.tickets := private.redacted_ticket(target, redacted);
    hidden integer;
begin
    select count(*) into hidden from public.comments
    where ticket_id = target.id and visibility = 'internal' and strpos(body, redacted) > 0;
    hidden := hidden + (
        select count(*) from public.ticket_events as events
        where events.ticket_id = target.id and events.is_internal
            and (events.before, events.after) is distinct from (
                private.redact_json(events.before, redacted),
                private.redact_json(events.after, redacted)
            )
    );
    -- The ticket is a place of its own, unless its skills alone held it.
    if blanked.skills is distinct from target.skills then
        blanked.skills := target.skills;
        hidden := hidden + (blanked is not distinct from target)::integer;
    end if;
    return hidden;
end;
$$;
comment on function private.hidden_places is
'In how many places of a ticket a text stands that only those see who read its notes: notes, internal events, needed skills.';

create function private.redact_copies(
    ticket uuid, redacted text, comments_too boolean default true
) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    places integer := 0;
    changed integer;
begin
    perform set_config('autocrm.redacted_text', redacted, true);
    update public.tickets
    set (subject, status_reason, data, tags, skills) = (
        select blanked.subject, blanked.status_reason, blanked.data, blanked.tags, blanked.skills
        from private.redacted_ticket(tickets, redacted) as blanked
    )
    where id = redact_copies.ticket
        and tickets is distinct from private.redacted_ticket(tickets, redacted);
    get diagnostics changed = row_count;
    places := places + changed;
    update public.comments
    set
        body = private.redact_body(body, redacted),
        redacted_at = coalesce(redacted_at, now()),
        redacted_by = private.caller()
    where comments_too and ticket_id = redact_copies.ticket and strpos(body, redacted) > 0;
    get diagnostics changed = row_count;
    places := places + changed;
    update public.ticket_events as events
    set
        before = private.redact_json(events.before, redacted),
        after = private.redact_json(events.after, redacted)
    where events.ticket_id = redact_copies.ticket
        and (events.before, events.after) is distinct from (
            private.redact_json(events.before, redacted),
            private.redact_json(events.after, redacted)
        );
    get diagnostics changed = row_count;
    places := places + changed;
    perform private.redact_hidden_copies(redact_copies.ticket, redacted);
    perform set_config('autocrm.redacted_text', '', true);
    if places > 0 then
        perform private.record_event(
            redact_copies.ticket, 'TICKET_REDACTED', null,
            jsonb_build_object('places', places), true
        );
    end if;
    return places;
end;
$$;
comment on function private.redact_copies is
'Blanks a text in a ticket, its comments and history, and in everything derived from them, and records TICKET_REDACTED; returns how many of these held it. A new table that keeps text of tickets has its place here.';

create function api.redact_ticket(
    ticket text, redacted_text text, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    copies constant uuid[] := array(select private.tickets_copied_from(target.id));
    response jsonb;
    places integer := 0;
    hidden integer := 0;
    copy uuid;
begin
    perform private.require_in_queue('comments.redact', target.queue_id);
    if redacted_text is null
    or length(redacted_text) not between 1 and 1000
    or redacted_text !~ '\S'
    or strpos(private.redacted_body(), redacted_text) > 0 then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format(
                'The text has 1 to 1,000 characters and is not blank, nor a part of %s.',
                private.redacted_body()
            );
    end if;
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'redact_ticket', 'ticket', target.id, 'text', redacted_text
        )
    );
    if response is not null then
        return response;
    end if;
    -- What is internal is redacted for everybody, and counted for those who may see it.
    if not private.holds_in_queue('tickets.note', target.queue_id) then
        hidden := private.hidden_places(target, redacted_text);
    end if;
    perform from public.tickets where id = any (copies) order by id for update;
    foreach copy in array copies loop
        if copy = target.id then
            places := private.redact_copies(copy, redacted_text) - hidden;
        else
            perform private.redact_copies(
                copy, redacted_text,
                (
                    select private.holds_in_queue('comments.redact', tickets.queue_id)
                    from public.tickets where tickets.id = copy
                )
            );
        end if;
    end loop;
    response := jsonb_build_object('ticket_id', target.id, 'places', places);
    perform private.store_response(idempotency_key, response);
    return response;
end;
$$;
comment on function api.redact_ticket is
'Blanks each occurrence of a text in a ticket, also a closed one: subject, reason, fields, tags, skills, comments, history, all copies and its follow-ups. Returns how many places of the ticket held it; needs comments.redact in the queue. What was written on follow-ups in queues where the caller lacks it stays.';

grant execute on function api.redact_ticket to authenticated;
