-- Redaction: the words of a comment go, that there were some stays.
--
-- Where the words are: the comment, and for a day the answers kept for Idempotency-Keys.
-- Events, notifications and webhooks never held them, and mail reads the comment when it
-- goes out, so what waits goes without them.

insert into public.permissions (permission, description) values
('comments.redact', 'Take the words out of a comment, for good.');
insert into public.role_permissions (role, permission) values
('lead', 'comments.redact'),
('admin', 'comments.redact');

insert into private.notification_defaults (type, in_app, email) values
('TICKET_COMMENT_REDACTED', false, false);

-- Old rows hold none of the new type, and writers wait for no scan of them.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid
-- squawk-ignore-file require-concurrent-index-creation

do $$
declare
    rule constant text := pg_get_constraintdef(oid) from pg_constraint
        where conname = 'ticket_events_type' and conrelid = 'public.ticket_events'::regclass;
begin
    alter table public.ticket_events drop constraint ticket_events_type;
    -- Whatever types there are by now, and one more.
    execute format(
        'alter table public.ticket_events add constraint ticket_events_type %s not valid',
        replace(
            rule, '''TICKET_COMMENTED''::text',
            '''TICKET_COMMENTED''::text, ''TICKET_COMMENT_REDACTED''::text'
        )
    );
end;
$$;

alter table public.comments
add column redacted_at timestamptz,
add column redacted_by uuid references public.profiles (id) on delete set null;
comment on column public.comments.redacted_at is
'When its words were taken out; empty while they stand.';
comment on column public.comments.redacted_by is 'Who took them out.';
comment on table public.comments is
'What was said on a ticket; rows are only ever added, and their words only ever taken out.';
create index comments_redacted_by on public.comments (redacted_by);

create function private.redacted_body() returns text
language sql immutable set search_path = ''
as $$
    select '[redacted]';
$$;
comment on function private.redacted_body is 'What stands where words were.';

drop trigger refuse_change on public.comments;
create trigger refuse_change
before update on public.comments
for each row when (
    (old.id, old.ticket_id, old.position, old.author_id, old.visibility, old.created_at)
    is distinct from
    (new.id, new.ticket_id, new.position, new.author_id, new.visibility, new.created_at)
    or (
        (old.body, old.redacted_at) is distinct from (new.body, new.redacted_at)
        and (
            old.redacted_at is not null
            or new.redacted_at is null
            or new.body <> private.redacted_body()
        )
    )
)
execute function private.refuse_change();

create function public.redact_comment(
    ticket text, comment text, idempotency_key text default null
) returns public.comments
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
    answer := private.answer_given(
        idempotency_key, jsonb_build_object('command', 'redact_comment', 'comment', found.id)
    );
    if answer is not null then
        return jsonb_populate_record(null::public.comments, answer);
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
    perform private.keep_answer(idempotency_key, to_jsonb(found));
    return found;
end;
$$;
comment on function public.redact_comment is
'Takes the words out of a comment, by id or position, for good; doing it again changes nothing.';
revoke execute on function public.redact_comment, private.redacted_body
from public, anon, authenticated, service_role;
grant execute on function public.redact_comment to authenticated;
