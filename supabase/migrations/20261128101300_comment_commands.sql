-- Commands that add and redact comments, and what follows from a reply.

-- add_comment ----------------------------------------------------------------

create function private.open_follow_up(closed public.tickets, body text) returns public.tickets
language plpgsql security definer set search_path = ''
as $$
declare
    draft public.tickets := closed;
begin
    perform private.require_permission('tickets.create');
    draft.requester_id := private.caller();
    draft.follow_up_of := closed.id;
    draft.queue_id := private.live_queue(closed.queue_id);
    return private.open_ticket(draft, body);
end;
$$;
comment on function private.open_follow_up is
'Opens a follow-up of a closed ticket. Fields and tags are copied, comments are not; the default queue replaces an archived one.';

create function private.follow_up(closed public.tickets, body text) returns public.comments
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.caller();
    ticket public.tickets;
    comment public.comments;
begin
    -- The closed ticket is locked, so that two replies at once do not open two.
    select * into ticket from public.tickets as tickets
    where tickets.follow_up_of = closed.id
        and tickets.status_category <> 'closed'
        and private.sees_ticket(tickets.id)
    order by tickets.number
    limit 1
    for update;
    if ticket.id is not null then
        return private.write_comment(ticket, me, 'public', body);
    end if;
    ticket := private.open_follow_up(closed, body);
    -- Once, when it is opened: later replies are recorded on the follow-up alone, because not
    -- everybody who sees the closed ticket sees that one for good.
    perform private.record_event(
        closed.id, 'TICKET_FOLLOWED_UP', null,
        jsonb_build_object('ticket_id', ticket.id, 'number', ticket.number)
    );
    select * into comment from public.comments where ticket_id = ticket.id;
    return comment;
end;
$$;
comment on function private.follow_up is
'Adds a reply to a closed ticket to its unclosed follow-up that the caller sees, or opens one, and records on both tickets where it went.';

create function private.reply_opens(ticket public.tickets, from_staff boolean) returns boolean
language sql immutable
begin atomic
    select case
        when from_staff then ticket.status_category = 'new'
        else ticket.status_category in ('pending', 'on_hold', 'solved')
    end;
end;
comment on function private.reply_opens is 'Whether a public reply changes the status of its ticket to open.';

create function private.apply_public_reply(ticket public.tickets, from_staff boolean) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    if private.reply_opens(ticket, from_staff) then
        update public.tickets
        set
            status = private.default_status('open'),
            status_reason = null,
            -- Of a reopened ticket the rules of tickets say it.
            waiting_on = case when from_staff then 'customer' else waiting_on end
        where id = ticket.id;
    else
        update public.tickets
        set
            waiting_on = case
                when status_category not in ('new', 'open') then waiting_on
                when from_staff then 'customer'::public.waiting_party
                else 'agent'::public.waiting_party
            end,
            -- A reply is a change for everybody, even if it changes nothing else.
            public_version = public_version + 1
        where id = ticket.id;
    end if;
end;
$$;
comment on function private.apply_public_reply is
'Applies a public reply to its ticket: a customer''s reply reopens it, the first of staff opens a new one, and waiting_on changes sides.';

create function private.write_comment(
    ticket public.tickets, author uuid, visibility public.comment_visibility, body text
) returns public.comments
language plpgsql security definer set search_path = ''
as $$
declare
    as_staff constant boolean := private.holds_in_queue('tickets.reply', ticket.queue_id)
        and ticket.requester_id <> author;
    opens constant boolean := visibility = 'public' and private.reply_opens(ticket, as_staff);
    comment public.comments;
    named_people uuid[] := '{}';
    named_queues uuid[] := '{}';
    violated text;
begin
    if visibility = 'internal' then
        select found.people, found.queues into named_people, named_queues
        from private.find_mentions(body, ticket.queue_id) as found;
    end if;
    -- Before the comment, so that its event has the version of the ticket after it; a
    -- change of status is an event of its own, which follows the comment.
    if visibility = 'public' and not opens then
        perform private.apply_public_reply(ticket, as_staff);
    end if;
    begin
        insert into public.comments (
            ticket_id, author_id, by_staff, visibility, body, mentioned_people, mentioned_queues
        )
        values (
            ticket.id, author, as_staff or visibility = 'internal', write_comment.visibility,
            write_comment.body, named_people, named_queues
        )
        returning * into comment;
    exception
        when integrity_constraint_violation then
            -- Without the detail, which shows the whole row to whoever may not see all of it.
            get stacked diagnostics violated = constraint_name;
            raise exception using
                errcode = sqlstate, message = sqlerrm, constraint = violated;
    end;
    if opens then
        perform private.apply_public_reply(ticket, as_staff);
    end if;
    insert into public.ticket_followers (person_id, ticket_id)
    select author, ticket.id where author <> ticket.requester_id
    on conflict do nothing;
    return comment;
end;
$$;
comment on function private.write_comment is
'Adds a comment of the caller to a locked ticket, with what follows from it.';

create function private.stored_comment(response jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    comment public.comments;
begin
    select * into comment from public.comments where id = (response ->> 'comment')::uuid;
    -- It may be on a follow-up, which whoever sees the closed ticket need not see.
    perform private.find_visible_ticket(comment.ticket_id::text);
    return private.comment_json(comment) || (response - 'comment');
end;
$$;
comment on function private.stored_comment is
'The comment that a stored response names. Its body is not stored a second time, where a redaction would have to find it.';

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
    response jsonb := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'add_comment', 'ticket', target.id, 'body', body, 'visibility', visibility
        )
    );
    comment public.comments;
begin
    -- Also before an earlier response: what it shows needs the permission of today.
    if visibility = 'internal' then
        perform private.require_in_queue('tickets.note', target.queue_id);
    end if;
    if response is not null then
        return private.stored_comment(response);
    end if;
    if target.status_category = 'closed' and (visibility = 'internal' or replies_as_staff) then
        raise sqlstate 'PT409' using
            message = 'ticket-closed',
            detail = 'A closed ticket does not change. Open a new one.';
    elsif target.status_category = 'closed' then
        comment := private.follow_up(target, body);
    else
        comment := private.write_comment(target, me, visibility, body);
    end if;
    response := jsonb_strip_nulls(jsonb_build_object(
        'comment', comment.id,
        'follow_up_of', case when comment.ticket_id <> target.id then target.id end
    ));
    perform private.store_response(idempotency_key, response);
    return private.comment_json(comment) || (response - 'comment');
end;
$$;
comment on function api.add_comment is
'Adds a comment to a ticket. A customer''s reply reopens a ticket that is pending, on hold or solved; to a closed one, it goes to its follow-up, and follow_up_of in the response says so.';

-- redact_comment -------------------------------------------------------------

create function api.redact_comment(
    ticket text, comment text, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    me constant uuid := private.caller();
    target_comment public.comments;
    response jsonb;
begin
    perform private.require_in_queue('comments.redact', target.queue_id);
    if comment ~ '^[0-9]{1,9}$' then
        select * into target_comment from public.comments as comments
        where comments.ticket_id = target.id
            and case
                when private.may_read_notes(target.queue_id) then comments.position
                else comments.public_position
            end = comment::integer;
    elsif comment ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        select * into target_comment from public.comments as comments
        where comments.ticket_id = target.id and comments.id = comment::uuid;
    end if;
    if target_comment.id is null or (
        target_comment.visibility = 'internal'
        and not private.holds_in_queue('tickets.note', target.queue_id)
    ) then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such comment, or it is not yours to see.';
    end if;
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'redact_comment', 'comment', target_comment.id)
    );
    if response is not null then
        return private.stored_comment(response);
    end if;
    if target_comment.body <> private.redacted_body() then
        update public.comments as comments
        set
            body = private.redacted_body(),
            redacted_at = coalesce(comments.redacted_at, now()),
            redacted_by = me
        where comments.id = target_comment.id
        returning * into target_comment;
        perform private.record_event(
            target.id, 'TICKET_COMMENT_REDACTED', null,
            jsonb_build_object(
                'comment_id', target_comment.id,
                'position', target_comment.position,
                'public_position', target_comment.public_position,
                'author_id', target_comment.author_id,
                'by_staff', target_comment.by_staff,
                'visibility', target_comment.visibility
            ),
            target_comment.visibility = 'internal'
        );
    end if;
    perform private.store_response(
        idempotency_key, jsonb_build_object('comment', target_comment.id)
    );
    return private.comment_json(target_comment);
end;
$$;
comment on function api.redact_comment is
'Redacts the body of a comment (id or position) permanently; needs comments.redact in the queue. Redacting again changes nothing.';

grant execute on function api.add_comment, api.redact_comment to authenticated;
