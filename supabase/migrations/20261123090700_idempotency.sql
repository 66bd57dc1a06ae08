-- A request sent twice is carried out once: the answer is kept with the change it made.

create table private.idempotency_keys (
    person_id uuid not null references public.profiles (id) on delete cascade,
    key text not null,
    request text not null,
    answer jsonb,
    created_at timestamptz not null default now(),
    primary key (person_id, key),
    constraint idempotency_keys_key_length check (length(key) between 1 and 255)
);
comment on table private.idempotency_keys is
'Answers to requests that came with an Idempotency-Key, kept for a day.';
comment on column private.idempotency_keys.person_id is 'Who asked; keys of others never meet.';
comment on column private.idempotency_keys.key is 'What the client called the request.';
comment on column private.idempotency_keys.request is 'Digest of the command and what it was given.';
comment on column private.idempotency_keys.answer is 'What was answered.';
comment on column private.idempotency_keys.created_at is 'When it was first asked.';
create index idempotency_keys_age on private.idempotency_keys (created_at);

create function private.answer_given(key text, request jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_caller();
    digest constant text := encode(extensions.digest(request::text, 'sha256'), 'hex');
    earlier private.idempotency_keys;
begin
    if key is null then
        return null;
    end if;
    if length(key) not between 1 and 255 then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = 'An Idempotency-Key has 1 to 255 characters.';
    end if;
    delete from private.idempotency_keys as kept
    where kept.person_id = me and kept.key = answer_given.key
        and kept.created_at < now() - interval '1 day';
    -- Answers hold what people wrote, so those of people who never return go as well.
    delete from private.idempotency_keys
    where (person_id, idempotency_keys.key) in (
        select old.person_id, old.key from private.idempotency_keys as old
        where old.created_at < now() - interval '1 day'
        order by old.created_at limit 20
        for update skip locked
    );
    -- Of two requests at once, the second waits here until the first has committed.
    insert into private.idempotency_keys (person_id, key, request)
    values (me, answer_given.key, digest)
    on conflict do nothing;
    if found then
        return null;
    end if;
    select * into earlier from private.idempotency_keys as kept
    where kept.person_id = me and kept.key = answer_given.key;
    if earlier.request is distinct from digest then
        raise sqlstate 'PT422' using
            message = 'idempotency-key-reused',
            detail = 'This Idempotency-Key came with another request before. Use a new one.';
    end if;
    return earlier.answer;
end;
$$;
comment on function private.answer_given is
'The answer this request got before, or null when it is new and now claimed; PT422 for a key of another request.';

create function private.keep_answer(key text, answer jsonb) returns void
language sql security definer set search_path = ''
as $$
    update private.idempotency_keys as kept
    set answer = keep_answer.answer
    where kept.person_id = auth.uid() and kept.key = keep_answer.key;
$$;
comment on function private.keep_answer is 'Keeps the answer of a claimed request, in the same transaction.';
