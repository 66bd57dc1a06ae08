-- Adding to a conversation, reading it, and redacting what should not have been said.

-- add_comment ----------------------------------------------------------------

create function private.follow_up(closed public.tickets, body text) returns public.comments
language plpgsql security definer set search_path = ''
as $$
declare
    draft public.tickets := closed;
    ticket public.tickets;
    comment public.comments;
begin
    draft.requester_id := auth.uid();
    draft.follow_up_of := closed.id;
    draft.queue_id := coalesce(
        (select id from public.queues where id = closed.queue_id and archived_at is null),
        (private.find_queue(null)).id
    );
    ticket := private.open_ticket(draft, body);
    select * into comment from public.comments where ticket_id = ticket.id;
    return comment;
end;
$$;
comment on function private.follow_up is
'Opens a ticket that goes on from a closed one, in the default queue when the other takes no more: fields and tags are copied, comments are not.';

create function private.apply_public_reply(ticket public.tickets, from_staff boolean) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if not from_staff and ticket.status_category in ('pending', 'on_hold', 'solved') then
        update public.tickets
        set
            status = (
                select status from public.ticket_statuses
                where category = 'open' order by position limit 1
            ),
            status_reason = null
        where id = ticket.id;
    else
        update public.tickets
        set
            waiting_on = case
                when status_category not in ('new', 'open') then waiting_on
                when from_staff then 'customer'::public.waiting_party
                else 'agent'::public.waiting_party
            end
        where id = ticket.id;
    end if;
end;
$$;
comment on function private.apply_public_reply is
'What follows from a public reply: a customer reopens, and the move goes to the other side.';

create function api.add_comment(
    ticket text,
    body text,
    visibility public.comment_visibility default 'public',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    me constant uuid := private.caller();
    replies_as_staff constant boolean := private.holds_in_queue('tickets.reply', target.queue_id)
        and target.requester_id <> me;
    answer jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'add_comment', 'ticket', target.id, 'body', body, 'visibility', visibility
        )
    );
    comment public.comments;
begin
    if answer is not null then
        return private.comment_json(jsonb_populate_record(null::public.comments, answer));
    end if;
    if visibility = 'internal' then
        perform private.require_in_queue('tickets.note', target.queue_id);
    end if;
    if target.status_category = 'closed' and (visibility = 'internal' or replies_as_staff) then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    elsif target.status_category = 'closed' then
        perform private.require_permission('tickets.create');
        comment := private.follow_up(target, body);
    else
        insert into public.comments (ticket_id, author_id, visibility, body)
        values (target.id, me, add_comment.visibility, add_comment.body)
        returning * into comment;
        if visibility = 'public' then
            perform private.apply_public_reply(target, replies_as_staff);
        end if;
        insert into public.ticket_followers (person_id, ticket_id)
        select me, target.id where me <> target.requester_id
        on conflict do nothing;
    end if;
    perform private.store_response(idempotency_key, to_jsonb(comment));
    return private.comment_json(comment);
end;
$$;
comment on function api.add_comment is
'Says something on a ticket. A customer''s reply reopens what is pending, on hold or solved, and follows up what is closed.';

-- redact_comment -------------------------------------------------------------

create function api.redact_comment(
    ticket text, comment text, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    me constant uuid := private.caller();
    found public.comments;
    answer jsonb;
begin
    perform private.require_in_queue('comments.redact', target.queue_id);
    if comment ~ '^[0-9]{1,9}$' then
        select * into found from public.comments as said
        where said.ticket_id = target.id and said.position = comment::integer;
    elsif comment ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        select * into found from public.comments as said
        where said.ticket_id = target.id and said.id = comment::uuid;
    end if;
    if found.id is null or (
        found.visibility = 'internal'
        and not private.holds_in_queue('tickets.note', target.queue_id)
    ) then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such comment, or it is not yours to see.';
    end if;
    answer := private.stored_response(
        idempotency_key, jsonb_build_object('command', 'redact_comment', 'comment', found.id)
    );
    if answer is not null then
        return private.comment_json(jsonb_populate_record(null::public.comments, answer));
    end if;
    if found.redacted_at is null then
        update public.comments as said
        set body = private.redacted_body(), redacted_at = now(), redacted_by = me
        where said.id = found.id
        returning * into found;
        -- Of one person's keys of a day; it was the author who was answered.
        update private.idempotency_keys as kept
        set answer = kept.answer || jsonb_build_object(
            'body', found.body, 'redacted_at', found.redacted_at, 'redacted_by', me
        )
        where kept.person_id = found.author_id and kept.answer ->> 'id' = found.id::text;
        perform private.record_event(
            target.id, 'TICKET_COMMENT_REDACTED', null,
            jsonb_build_object(
                'comment_id', found.id, 'position', found.position,
                'author_id', found.author_id, 'visibility', found.visibility
            ),
            found.visibility = 'internal'
        );
    end if;
    perform private.store_response(idempotency_key, to_jsonb(found));
    return private.comment_json(found);
end;
$$;
comment on function api.redact_comment is
'Takes the words out of a comment, by id or position, for good; doing it again changes nothing.';

grant execute on function api.add_comment, api.redact_comment to authenticated;
