-- Comments on tickets: public replies and internal notes. Append-only, except for redaction.

create type public.comment_visibility as enum ('public', 'internal');
comment on type public.comment_visibility is 'Who may read a comment: everybody who sees the ticket, or staff only.';

create table public.comments (
    id uuid primary key default extensions.uuid_generate_v4(),
    ticket_id uuid not null references public.tickets (id) on delete cascade,
    position integer not null,
    public_position integer,
    author_id uuid not null references public.people (id),
    by_staff boolean not null default false,
    visibility public.comment_visibility not null default 'public',
    body text not null,
    created_at timestamptz not null default now(),
    redacted_at timestamptz,
    redacted_by uuid references public.people (id) on delete set null,
    mentioned_people uuid[] not null default '{}',
    mentioned_queues uuid[] not null default '{}',
    constraint comments_body_length check (length(body) between 1 and 50000),
    constraint comments_body_visible check (private.is_visible(body)),
    constraint comments_position_unique unique (ticket_id, position),
    constraint comments_public_position_unique unique (ticket_id, public_position),
    constraint comments_public_position check (
        (public_position is null) = (visibility = 'internal')
    ),
    constraint comments_mentions_in_notes check (
        visibility = 'internal'
        or cardinality(mentioned_people) + cardinality(mentioned_queues) = 0
    )
);
comment on table public.comments is
'Comments on tickets. Rows are only added; a body may only be redacted, whole or in part.';
comment on column public.comments.id is 'Identity.';
comment on column public.comments.ticket_id is 'The ticket.';
comment on column public.comments.position is
'Position in the conversation, from 1; the first comment is the request itself.';
comment on column public.comments.public_position is
'Position among the public comments, from 1; null for a note.';
comment on column public.comments.author_id is 'The author.';
comment on column public.comments.by_staff is
'Whether the author wrote as staff of the queue, then, and not as the requester.';
comment on column public.comments.visibility is 'Who may read it.';
comment on column public.comments.body is 'The text, plain.';
comment on column public.comments.created_at is 'When it was written.';
comment on column public.comments.redacted_at is
'When the body was first redacted, whole or in part; null when it was not.';
comment on column public.comments.redacted_by is 'Who redacted it.';
comment on column public.comments.mentioned_people is
'Readers of the note whom it names, when it was written; see private.find_mentions.';
comment on column public.comments.mentioned_queues is 'Queues that the note names.';
create index comments_author on public.comments (author_id);
create index comments_redacted_by on public.comments (redacted_by);

create function private.comment_json(
    comment public.comments, internal boolean default null
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    to_readers constant boolean := coalesce(internal, (
        select private.can_read_notes(private.caller(), tickets.queue_id)
        from public.tickets where tickets.id = comment.ticket_id
    ));
begin
    return to_jsonb(comment) - 'public_position' || jsonb_build_object(
        'position', case when to_readers then comment.position else comment.public_position end,
        'author', (
            select jsonb_build_object('name', people.name)
            from public.people where people.id = comment.author_id
        ),
        'redacted_by_name', case when comment.redacted_by is not null then (
            select people.name from public.people where people.id = comment.redacted_by
        ) end
    );
end;
$$;
comment on function private.comment_json is
'A comment as JSON, with the names of its author and of who redacted it and its position, for an audience, or else for the caller.';

create function private.set_comment_position() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform from public.tickets where id = new.ticket_id for update;
    select
        1 + coalesce(max(comments.position), 0),
        case when new.visibility = 'public' then 1 + coalesce(max(comments.public_position), 0) end
    into new.position, new.public_position
    from public.comments
    where comments.ticket_id = new.ticket_id;
    return new;
end;
$$;
comment on function private.set_comment_position is 'Numbers a new comment, under the lock of its ticket.';

create trigger set_comment_position
before insert on public.comments
for each row execute function private.set_comment_position();

create trigger count_written_bytes
before insert on public.comments
for each row when (octet_length(new.body) > 4096)
execute function private.count_written_bytes('body');

create function private.refuse_update() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT409' using
        message = 'append-only',
        detail = format('Rows of %s are never changed.', tg_table_name);
end;
$$;
comment on function private.refuse_update is 'Refuses to update rows of an append-only table.';

create function private.redact_body(body text, redacted text) returns text
language sql immutable set search_path = ''
as $$
    select left(private.redact_text(body, redacted), 50000);
$$;
comment on function private.redact_body is 'The body of a comment with a text blanked.';

create trigger refuse_update
before update on public.comments
for each row when (
    to_jsonb(old) - array['author_id', 'body', 'redacted_at', 'redacted_by']
    is distinct from to_jsonb(new) - array['author_id', 'body', 'redacted_at', 'redacted_by']
    -- Two records of one author: see api.merge_people.
    or new.author_id <> old.author_id
    and coalesce(current_setting('autocrm.merges_people', true), '') <> 'on'
    or (
        (old.body, old.redacted_at) is distinct from (new.body, new.redacted_at)
        and (
            new.redacted_at is null
            or new.redacted_at <> old.redacted_at
            or (
                new.body <> private.redacted_body()
                and (
                    private.text_to_redact() is null
                    or new.body <> private.redact_body(old.body, private.text_to_redact())
                )
            )
        )
    )
)
execute function private.refuse_update();

alter table public.comments enable row level security;
grant select on public.comments to authenticated, service_role;

create policy "whoever sees the ticket reads its replies, staff its notes" on public.comments
for select to authenticated using (
    exists (
        select
        from public.tickets
        where
            tickets.id = comments.ticket_id
            and (
                comments.visibility = 'public'
                or tickets.queue_id = any(array(select private.note_queues()))
            )
    )
);
