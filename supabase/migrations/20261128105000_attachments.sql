-- Files of comments. The bytes go between people and Storage; here is what we know of them.
--
-- A file is announced, uploaded, put into a comment, and checked by a worker: it is given out
-- when it has passed, whether its comment was written before or after that. Storage's own
-- policies ask this table, whose policy follows the comment (see the migration of Storage).

create type public.attachment_state as enum (
    'announced', 'checking', 'ready', 'refused', 'redacted'
);
comment on type public.attachment_state is
'How far a file is: announced, uploaded and being checked, given out; or refused by the check, or redacted.';

create table public.attachments (
    id uuid primary key default extensions.uuid_generate_v4(),
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    comment_id uuid references public.comments (id) on delete cascade,
    uploader_id uuid not null references public.people (id) on delete cascade,
    object_name text not null,
    name text not null,
    content_type text not null,
    size bigint not null,
    sha256 text,
    state public.attachment_state not null default 'announced',
    problem text,
    created_at timestamptz not null default now(),
    checked_at timestamptz,
    check_due_at timestamptz,
    check_attempts integer not null default 0,
    redacted_at timestamptz,
    redacted_by uuid references public.people (id) on delete set null,
    constraint attachments_object_name_unique unique (object_name),
    constraint attachments_name_length check (
        length(name) between 1 and 255 and octet_length(name) <= 255
    ),
    -- What a file system would take for a path, or shows as another name than it is.
    constraint attachments_name_form check (
        private.is_single_line(name) and name !~ '[/\\]' and name not in ('.', '..')
        and name = btrim(name)
    ),
    constraint attachments_content_type_form check (
        content_type ~ '^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$'
    ),
    constraint attachments_size_length check (size > 0),
    constraint attachments_sha256_form check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint attachments_problem check ((problem is not null) = (state = 'refused')),
    constraint attachments_check_due check ((check_due_at is not null) = (state = 'checking'))
);
comment on table public.attachments is
'Files that people attach to comments; the bytes are in the bucket attachments of Storage.';
comment on column public.attachments.id is 'Identity.';
comment on column public.attachments.ticket_id is 'The ticket.';
comment on column public.attachments.comment_id is
'The comment that it hangs on; null until there is one, and until then its uploader alone sees it.';
comment on column public.attachments.uploader_id is 'Who announced it.';
comment on column public.attachments.object_name is
'Its name in the bucket. It never changes, and holds nothing that people wrote.';
comment on column public.attachments.name is 'The name of the file; of a redacted one, a placeholder.';
comment on column public.attachments.content_type is 'Its media type, which the check has compared.';
comment on column public.attachments.size is 'Its bytes, which the check has compared.';
comment on column public.attachments.sha256 is
'Its SHA-256 in hexadecimal, as announced, and then as the check has found it.';
comment on column public.attachments.state is 'How far it is.';
comment on column public.attachments.problem is 'Why it was refused, as a slug.';
comment on column public.attachments.created_at is 'When it was announced.';
comment on column public.attachments.checked_at is 'When the check ended.';
comment on column public.attachments.check_due_at is
'From when on a worker may check it; while one does, when that one is given up.';
comment on column public.attachments.check_attempts is 'How often a worker has begun the check.';
comment on column public.attachments.redacted_at is 'When it was redacted.';
comment on column public.attachments.redacted_by is 'Who redacted it.';
create index attachments_ticket on public.attachments (ticket_id);
create index attachments_comment on public.attachments (comment_id);
create index attachments_uploader on public.attachments (uploader_id, created_at);
create index attachments_redacted_by on public.attachments (redacted_by);
create index attachments_to_check on public.attachments (check_due_at) where state = 'checking';
create index attachments_announced on public.attachments (created_at) where state = 'announced';
create index attachments_unused on public.attachments (created_at) where comment_id is null;

alter table public.attachments enable row level security;
grant select on public.attachments to authenticated, service_role;

create policy "uploaders see their files, and then whoever reads the comment"
on public.attachments for select to authenticated using (
    exists (
        select from public.comments
        where comments.id = attachments.comment_id
    )
    or comment_id is null
    and uploader_id = (select private.caller())
    and exists (
        select from public.tickets
        where tickets.id = attachments.ticket_id
    )
);

-- Showing files --------------------------------------------------------------

create function private.attachment_json(file public.attachments) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_build_object(
        'id', file.id, 'name', file.name, 'content_type', file.content_type,
        'size', file.size, 'sha256', file.sha256, 'state', file.state, 'problem', file.problem
    );
$$;
comment on function private.attachment_json is 'A file as JSON, the same in comments and alone.';

create function private.attachments_json(ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((
        select jsonb_agg(private.attachment_json(files) order by listed.position)
        from unnest(ids) with ordinality as listed (id, position)
        inner join public.attachments as files using (id)
    ), '[]');
end;
$$;
comment on function private.attachments_json is 'Files as JSON, in this order.';

create function private.find_attachment(
    ticket public.tickets, attachment uuid
) returns public.attachments
language plpgsql stable security definer set search_path = ''
as $$
declare
    file public.attachments;
begin
    select files.* into file from public.attachments as files
    left join public.comments on comments.id = files.comment_id
    where files.id = attachment and files.ticket_id = ticket.id
        and case
            when files.comment_id is null then files.uploader_id = private.caller()
            else comments.visibility = 'public' or private.may_read_notes(ticket.queue_id)
        end;
    if file.id is null then
        raise sqlstate 'PT404' using
            message = 'not-found', detail = 'There is no such file, or it is not yours to see.';
    end if;
    return file;
end;
$$;
comment on function private.find_attachment is
'A file of a ticket that the caller sees, if they may see the file; else PT404.';

create function private.stored_attachment(attachment uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    -- A reply to a closed ticket has taken it along to the follow-up.
    ticket constant uuid := (select ticket_id from public.attachments where id = attachment);
    file constant public.attachments := private.find_attachment(
        private.find_visible_ticket(ticket::text), attachment
    );
begin
    return private.attachment_json(file) || jsonb_build_object(
        'ticket_id', file.ticket_id, 'comment_id', file.comment_id,
        'object_name', case when file.state in ('announced', 'ready') then file.object_name end
    );
end;
$$;
comment on function private.stored_attachment is
'A file as JSON for whoever may see it, with its name in the bucket while there is something to sign: an upload, or a download.';

-- attach_file ----------------------------------------------------------------

create function private.require_file_bytes(person uuid, bytes bigint) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    settings private.settings;
    total bigint;
    oldest timestamptz;
begin
    select * into settings from private.settings;
    if bytes > settings.file_bytes then
        raise sqlstate 'PT422' using
            message = 'file-too-large',
            detail = format('A file has at most %s bytes.', settings.file_bytes);
    end if;
    if settings.file_bytes_per_day is null then
        return;
    end if;
    -- So that of two at once, the second sees the first.
    perform from public.people where id = person for no key update;
    select sum(files.size), min(files.created_at) into total, oldest
    from public.attachments as files
    where files.uploader_id = person and files.created_at > now() - interval '1 day';
    if coalesce(total, 0) + bytes > settings.file_bytes_per_day then
        raise sqlstate 'PT429' using
            message = 'too-many-bytes',
            detail = format(
                'No more than %s bytes of files a day, please.', settings.file_bytes_per_day
            ),
            hint = ceil(extract(
                epoch from coalesce(oldest, now()) + interval '1 day' - now()
            ))::integer::text;
    end if;
end;
$$;
comment on function private.require_file_bytes is
'PT422 when a file is too large, PT429 when a person has attached too many bytes in the last 24 hours, with the seconds to wait as hint.';

create function api.attach_file(
    ticket text,
    name text,
    size bigint,
    content_type text,
    sha256 text default null,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    target constant public.tickets := private.find_visible_ticket(ticket);
    response jsonb := private.stored_response(idempotency_key, jsonb_build_object(
        'command', 'attach_file', 'ticket', target.id, 'name', name, 'size', size,
        'content_type', content_type, 'sha256', sha256
    ));
    attachment constant uuid := gen_random_uuid();
    violated text;
begin
    if response is not null then
        return private.stored_attachment((response ->> 'attachment')::uuid);
    end if;
    perform private.require_file_bytes(me, size);
    begin
        insert into public.attachments (
            id, ticket_id, uploader_id, object_name, name, content_type, size, sha256
        )
        values (
            attachment, target.id, me, target.id || '/' || attachment, attach_file.name,
            -- Without parameters such as a charset, which Storage would compare.
            lower(btrim(split_part(attach_file.content_type, ';', 1))),
            attach_file.size, lower(attach_file.sha256)
        );
    exception
        when integrity_constraint_violation then
            -- Without the detail, which shows the whole row.
            get stacked diagnostics violated = constraint_name;
            raise exception using
                errcode = sqlstate, message = sqlerrm, constraint = violated;
    end;
    perform private.store_response(
        idempotency_key, jsonb_build_object('attachment', attachment)
    );
    return private.stored_attachment(attachment);
end;
$$;
comment on function api.attach_file is
'Announces a file for a ticket: its name, bytes, media type, and SHA-256 if it is known. It is then uploaded to object_name of the bucket attachments, and put into a comment. PT422, PT429.';

create function api.get_attachment(ticket text, attachment uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    file constant public.attachments := private.find_attachment(
        private.find_visible_ticket(ticket), attachment
    );
begin
    return private.stored_attachment(file.id);
end;
$$;
comment on function api.get_attachment is
'A file of a ticket: of a comment that the caller may read, or one that they have uploaded and not used yet.';

grant execute on function api.attach_file, api.get_attachment to authenticated;

-- Putting files into comments --------------------------------------------------

create function private.attach_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    most constant integer := (select files_per_comment from private.settings);
    given constant uuid[] := array(select distinct unnest(new.attachments));
    missing integer;
    absent integer;
    refused integer;
begin
    if cardinality(new.attachments) > most or cardinality(given) < cardinality(new.attachments)
    or array_position(given, null) is not null then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format('A comment has at most %s files, each once.', most);
    end if;
    perform from public.attachments where id = any (given) order by id for update;
    select
        cardinality(given) - count(*),
        count(*) filter (where files.state = 'announced'),
        count(*) filter (where files.state in ('refused', 'redacted'))
    into missing, absent, refused
    from public.attachments as files
    where files.id = any (given) and files.uploader_id = new.author_id
        and files.comment_id is null
        and files.ticket_id in (
            new.ticket_id, (select follow_up_of from public.tickets where id = new.ticket_id)
        );
    if missing > 0 then
        raise sqlstate 'PT422' using
            message = 'no-such-attachment',
            detail = 'Attach files of this ticket that you have uploaded, each to one comment.';
    elsif absent > 0 then
        raise sqlstate 'PT409' using
            message = 'not-uploaded', detail = 'A file of this comment is not uploaded yet.';
    elsif refused > 0 then
        raise sqlstate 'PT422' using
            message = 'file-refused',
            detail = 'A file of this comment was refused; its problem says why.';
    end if;
    update public.attachments set comment_id = new.id, ticket_id = new.ticket_id
    where id = any (given);
    return null;
end;
$$;
comment on function private.attach_files is
'Gives a new comment its files: those that its author has uploaded for this ticket, or for the closed one that it follows up, and used nowhere.';

-- By its name before record_comment, which tells of the files.
create trigger attach_files
after insert on public.comments
for each row when (cardinality(new.attachments) > 0) execute function private.attach_files();

-- Removing files from Storage --------------------------------------------------

create table private.file_removals (
    object_name text primary key,
    requested_at timestamptz not null default now()
);
comment on table private.file_removals is
'Names in the bucket attachments that must not stay; a worker removes them, since SQL cannot.';
comment on column private.file_removals.object_name is 'The name.';
comment on column private.file_removals.requested_at is 'When the file was no longer to be kept.';
create index file_removals_requested on private.file_removals (requested_at);

create function private.request_file_removal(object_name text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.file_removals (object_name) values (request_file_removal.object_name)
    on conflict do nothing;
    perform private.start_job('unused_files');
end;
$$;
comment on function private.request_file_removal is 'Has the bytes of a file removed, soon.';

create function private.remove_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.request_file_removal(old.object_name);
    return null;
end;
$$;
comment on function private.remove_file is 'Has the bytes removed of a file that is gone, refused or redacted.';

create trigger remove_file
after delete on public.attachments
for each row execute function private.remove_file();

create trigger remove_refused_file
after update on public.attachments
for each row when (new.state in ('refused', 'redacted') and new.state <> old.state)
execute function private.remove_file();

create view private.unused_files as
select
    files.id,
    files.created_at
from public.attachments as files
cross join private.settings
where
    files.comment_id is null
    -- Nobody can upload any more: the address that Storage signs is good for two hours.
    and files.created_at < now() - case
        when files.state = 'announced' then interval '3 hours'
        else settings.unused_files_kept
    end;
comment on view private.unused_files is
'Files that nobody will use: never uploaded, or uploaded some time ago and put into no comment.';

create function api.sweep_files(max_items integer default 100) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.attachments
    where id in (
        select files.id from public.attachments as files
        where files.id in (
            select unused.id from private.unused_files as unused
            order by unused.created_at limit max_items
        )
        -- Whoever puts it into a comment now has locked it.
        and files.comment_id is null
        for update skip locked
    );
    return coalesce((
        select jsonb_agg(next.object_name)
        from (
            select removals.object_name from private.file_removals as removals
            order by removals.requested_at, removals.object_name limit max_items
        ) as next
    ), '[]');
end;
$$;
comment on function api.sweep_files is
'Forgets files that nobody will use, and returns names in the bucket to remove. Whoever has removed them says so with files_removed; until then they are returned again. For workers.';

create function api.files_removed(object_names text[]) returns void
language sql security definer set search_path = ''
as $$
    delete from private.file_removals where object_name = any (object_names);
$$;
comment on function api.files_removed is 'Records that names are gone from the bucket. For workers.';

-- Checking files ---------------------------------------------------------------

create function private.take_upload(object_name text, metadata jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    bytes constant bigint := metadata ->> 'size';
    uploaded_type constant text := lower(btrim(split_part(metadata ->> 'mimetype', ';', 1)));
    found_problem text;
    file public.attachments;
begin
    select files.* into file from public.attachments as files
    where files.object_name = take_upload.object_name and files.state = 'announced'
    for update;
    if file.id is null then
        perform private.request_file_removal(take_upload.object_name);
        return;
    end if;
    -- Storage gives a file out as what its uploader called it, so that has to be what was
    -- announced; application/octet-stream is what says nothing.
    found_problem := case
        when bytes > (select file_bytes from private.settings) then 'too-large'
        when bytes is distinct from file.size then 'wrong-size'
        when uploaded_type not in (file.content_type, 'application/octet-stream') then 'wrong-type'
    end;
    update public.attachments as files
    set
        state = case when found_problem is null then 'checking' else 'refused' end::public.attachment_state,
        problem = found_problem,
        check_due_at = case when found_problem is null then now() end
    where files.id = file.id;
    if found_problem is null then
        perform private.start_job('file_checks');
    end if;
end;
$$;
comment on function private.take_upload is
'Compares what was uploaded with what was announced, and has it checked; what nobody announced is removed.';

create view private.uploads_missed as
select
    objects.name,
    objects.metadata
from public.attachments as files
inner join storage.objects
    on files.object_name = objects.name and objects.bucket_id = 'attachments'
where files.state = 'announced' and objects.metadata ? 'size';
comment on view private.uploads_missed is
'Uploaded files that are still announced, because the trigger of Storage failed.';

create view private.file_checks_due as
select
    files.id,
    files.check_due_at
from public.attachments as files
where files.state = 'checking' and files.check_due_at <= now();
comment on view private.file_checks_due is 'Uploaded files to check now.';

create function api.claim_file_checks(max_items integer default 10) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    claimed jsonb;
begin
    perform private.take_upload(missed.name, missed.metadata)
    from private.uploads_missed as missed limit max_items;
    with taken as (
        update public.attachments as files
        set
            -- Longer each time, should it be the file that ends its worker.
            check_due_at = now() + interval '2 minutes' * least(files.check_attempts + 1, 30),
            check_attempts = files.check_attempts + 1
        where files.id in (
            select waiting.id from public.attachments as waiting
            where waiting.state = 'checking' and waiting.check_due_at <= now()
            order by waiting.check_due_at limit max_items
            for update skip locked
        )
        returning files.*
    )

    select jsonb_agg(jsonb_build_object(
        'id', taken.id, 'object_name', taken.object_name, 'name', taken.name,
        'content_type', taken.content_type, 'size', taken.size, 'sha256', taken.sha256
    ))
    into claimed
    from taken;
    return coalesce(claimed, '[]');
end;
$$;
comment on function api.claim_file_checks is
'Uploaded files to check, for two minutes and more each time; whoever has checked one says so with record_file_check. For workers.';

create function api.record_file_check(
    attachment uuid, sha256 text default null, problem text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    update public.attachments as files
    set
        state = case
            when record_file_check.problem is null then 'ready' else 'refused'
        end::public.attachment_state,
        problem = record_file_check.problem,
        sha256 = coalesce(record_file_check.sha256, files.sha256),
        checked_at = now(),
        check_due_at = null
    where files.id = attachment and files.state = 'checking';
end;
$$;
comment on function api.record_file_check is
'Records that a file has passed the check, or why it is refused. For workers.';

grant execute on function
api.sweep_files, api.files_removed, api.claim_file_checks, api.record_file_check
to service_role;

-- Redaction --------------------------------------------------------------------

create function private.blank_files(payload jsonb, ids uuid[]) returns jsonb
language sql immutable set search_path = ''
as $$
    select jsonb_set(payload, '{data,after,attachments}', (
        select jsonb_agg(
            case
                when (file.shown ->> 'id')::uuid = any (ids)
                    then file.shown || jsonb_build_object('name', private.redacted_body())
                else file.shown
            end
            order by file.position
        )
        from jsonb_array_elements(payload #> '{data,after,attachments}')
            with ordinality as file (shown, position)
    ));
$$;
comment on function private.blank_files is 'The payload of a webhook with the names of these files blanked.';

create function private.redact_files(ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    redacted uuid[];
begin
    with changed as (
        update public.attachments as files
        set
            name = private.redacted_body(),
            sha256 = null,
            state = 'redacted',
            problem = null,
            check_due_at = null,
            redacted_at = private.now(),
            redacted_by = private.caller()
        where files.id = any (ids) and files.state <> 'redacted'
        returning files.id
    )

    select array_agg(changed.id) into redacted from changed;
    if redacted is null then
        return;
    end if;
    -- What a receiver answered may repeat what it was sent.
    update private.webhook_attempts as attempts set response = private.redacted_body()
    from private.webhook_deliveries as deliveries, public.attachments as files
    where files.id = any (redacted)
        and deliveries.ticket_id = files.ticket_id
        and deliveries.id = attempts.delivery_id
        and attempts.response is not null
        and strpos(deliveries.payload::text, files.id::text) > 0;
    update private.webhook_deliveries as deliveries
    set payload = private.blank_files(deliveries.payload, redacted)
    from public.attachments as files
    where files.id = any (redacted)
        and deliveries.ticket_id = files.ticket_id
        and deliveries.payload #> '{data,after,attachments}'
        @> jsonb_build_array(jsonb_build_object('id', files.id));
    -- Messages are read within seconds, and kept for days.
    delete from realtime.messages as messages
    using public.attachments as files
    where files.id = any (redacted)
        and messages.payload #> '{after,attachments}'
        @> jsonb_build_array(jsonb_build_object('id', files.id));
end;
$$;
comment on function private.redact_files is
'Blanks the names of files wherever they were copied to, and has their bytes removed.';

create function api.redact_attachment(
    ticket text, attachment uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target constant public.tickets := private.lock_ticket(ticket);
    file public.attachments;
    comment public.comments;
    response jsonb;
begin
    perform private.require_in_queue('comments.redact', target.queue_id);
    file := private.find_attachment(target, attachment);
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object('command', 'redact_attachment', 'attachment', file.id)
    );
    if response is null and file.state <> 'redacted' then
        perform private.redact_files(array[file.id]);
        select * into comment from public.comments as comments where comments.id = file.comment_id;
        if comment.id is not null then
            perform private.record_event(
                target.id, 'TICKET_COMMENT_REDACTED', null, private.comment_facts(comment),
                comment.visibility = 'internal'
            );
        end if;
    end if;
    perform private.store_response(
        idempotency_key, jsonb_build_object('attachment', file.id)
    );
    return private.stored_attachment(file.id);
end;
$$;
comment on function api.redact_attachment is
'Redacts a file permanently, its name and its bytes; needs comments.redact in the queue. Redacting again changes nothing.';

grant execute on function api.redact_attachment to authenticated;
