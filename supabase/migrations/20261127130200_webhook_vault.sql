-- The secrets of webhooks are kept in the Vault, encrypted with a key that is not in the
-- database: a dump, a replica or a reader of every table holds none of them. Answers kept
-- for an Idempotency-Key name the secret too, and are completed when they are given again.
--
-- Functions that name the old columns are replaced in the same transaction.
-- A desk has 50 endpoints at most, so nobody waits for what is checked.
-- squawk-ignore-file ban-drop-column, adding-not-nullable-field, constraint-missing-not-valid

alter table private.webhook_endpoints
add column secret_id uuid,
add column old_secret_id uuid;
update private.webhook_endpoints
set
    secret_id = vault.create_secret(secret),
    old_secret_id = case when old_secret is not null then vault.create_secret(old_secret) end
where true;
update private.idempotency_keys as kept
set answer = kept.answer - 'secret' || jsonb_build_object('secret_id', endpoints.secret_id)
from private.webhook_endpoints as endpoints
where kept.answer ? 'secret' and kept.answer ->> 'secret' = endpoints.secret;
-- What names a secret that is no longer in use can only be asked for anew.
update private.idempotency_keys as kept
set answer = kept.answer - 'secret'
where kept.answer ? 'secret';
alter table private.webhook_endpoints
alter column secret_id set not null,
drop column secret,
drop column old_secret,
add constraint webhook_endpoints_old_secret check (
    (old_secret_id is null) = (old_secret_ends_at is null)
);
comment on column private.webhook_endpoints.secret_id is
'What deliveries are signed with, in the Vault; told once, never listed.';
comment on column private.webhook_endpoints.old_secret_id is
'The secret before, in the Vault, signing beside the new one for a day.';

create function private.endpoint_secrets(endpoint private.webhook_endpoints) returns text[]
language sql stable security definer set search_path = ''
as $$
    select array_agg(secrets.decrypted_secret order by secrets.id = endpoint.old_secret_id)
    from vault.decrypted_secrets as secrets
    where secrets.id = endpoint.secret_id
        or (secrets.id = endpoint.old_secret_id and endpoint.old_secret_ends_at > now());
$$;
comment on function private.endpoint_secrets is
'What a delivery to an endpoint is signed with now, the newest secret first.';

create function private.with_secret(answer jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    secret constant text := decrypted_secret from vault.decrypted_secrets
        where id = (answer ->> 'secret_id')::uuid;
begin
    if secret is null then
        raise sqlstate 'PT409' using
            message = 'secret-replaced',
            detail = 'The secret that this request made has been replaced since.';
    end if;
    return answer - 'secret_id' || jsonb_build_object('secret', secret);
end;
$$;
comment on function private.with_secret is
'An answer with the secret that it names; PT409 when that is gone.';

create function private.forget_secrets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from vault.secrets
    where id in (old.secret_id, old.old_secret_id)
        and (
            tg_op = 'DELETE'
            or id is distinct from new.secret_id and id is distinct from new.old_secret_id
        );
    return null;
end;
$$;
comment on function private.forget_secrets is
'Deletes from the Vault what an endpoint no longer signs with.';

create trigger forget_secrets
after delete on private.webhook_endpoints
for each row execute function private.forget_secrets();

create trigger forget_replaced_secrets
after update of secret_id, old_secret_id on private.webhook_endpoints
for each row execute function private.forget_secrets();

revoke execute on function private.endpoint_secrets, private.with_secret, private.forget_secrets
from public, anon, authenticated, service_role;

create or replace function public.claim_webhook_deliveries(
    at_most integer default 32, lease_seconds integer default 90
)
returns table (
    delivery_id uuid, endpoint_id uuid, event_id uuid, type text, attempt integer,
    age_seconds double precision, url text, secrets text[], body text
)
language sql security definer set search_path = ''
as $$
    -- Each endpoint has a few places of its own, one that fails a single one, and those
    -- that work come first: one that hangs cannot take the places of all.
    with due as (
        select waiting.id
        from private.webhook_endpoints as endpoints
        cross join lateral (
            select deliveries.id, deliveries.due_at
            from private.webhook_deliveries as deliveries
            where deliveries.endpoint_id = endpoints.id
                and deliveries.state = 'pending'
                and deliveries.due_at <= now()
            order by deliveries.due_at
            limit greatest(0, case when endpoints.failing_since is null then 8 else 1 end - (
                select count(*) from private.webhook_deliveries as sending
                where sending.endpoint_id = endpoints.id and sending.leased_until > now()
            ))
            for update skip locked
        ) as waiting
        where endpoints.paused_at is null and endpoints.disabled_at is null
        order by endpoints.failing_since is not null, waiting.due_at
        limit at_most
    ),

    claimed as (
        update private.webhook_deliveries as deliveries
        set
            attempts = deliveries.attempts + 1,
            first_attempt_at = coalesce(deliveries.first_attempt_at, now()),
            leased_until = now() + make_interval(secs => lease_seconds),
            due_at = now() + make_interval(secs => lease_seconds)
        from due
        where deliveries.id = due.id
        returning deliveries.*
    )

    select
        claimed.id, claimed.endpoint_id, claimed.event_id, claimed.type, claimed.attempts,
        extract(epoch from now() - claimed.first_attempt_at),
        endpoints.url,
        private.endpoint_secrets(endpoints),
        claimed.payload::text
    from claimed
    inner join private.webhook_endpoints as endpoints on endpoints.id = claimed.endpoint_id
    order by claimed.created_at, claimed.seq;
$$;

create or replace function public.create_webhook(
    url text,
    description text default '',
    event_types text[] default null,
    include_internal boolean default false,
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    me constant uuid := private.require_permission('webhooks.manage');
    request constant jsonb := jsonb_build_object(
        'command', 'create_webhook', 'url', url, 'description', description,
        'event_types', event_types, 'include_internal', include_internal
    );
    answer jsonb := private.answer_given(idempotency_key, request);
    endpoint private.webhook_endpoints;
begin
    if answer is not null then
        return private.with_secret(answer);
    end if;
    -- Every event is weighed against every endpoint, and every claim visits each.
    if (select count(*) from private.webhook_endpoints) >= 50 then
        raise sqlstate 'PT409' using
            message = 'too-many-webhooks',
            detail = 'A desk has 50 webhooks at most. Delete one first.';
    end if;
    insert into private.webhook_endpoints (
        url, description, event_types, include_internal, secret_id, created_by
    )
    values (
        create_webhook.url, create_webhook.description, create_webhook.event_types,
        create_webhook.include_internal, vault.create_secret(private.new_webhook_secret()), me
    )
    returning * into endpoint;
    answer := private.webhook_view(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.keep_answer(idempotency_key, answer);
    return private.with_secret(answer);
end;
$$;

create or replace function public.rotate_webhook_secret(
    webhook uuid, idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    endpoint private.webhook_endpoints := private.lock_webhook(webhook);
    answer jsonb := private.answer_given(
        idempotency_key,
        jsonb_build_object('command', 'rotate_webhook_secret', 'webhook', webhook)
    );
begin
    if answer is not null then
        return private.with_secret(answer);
    end if;
    update private.webhook_endpoints as endpoints
    set
        secret_id = vault.create_secret(private.new_webhook_secret()),
        old_secret_id = endpoint.secret_id,
        old_secret_ends_at = now() + interval '1 day',
        updated_at = now()
    where endpoints.id = endpoint.id
    returning * into endpoint;
    answer := private.webhook_view(endpoint)
        || jsonb_build_object('secret_id', endpoint.secret_id);
    perform private.keep_answer(idempotency_key, answer);
    return private.with_secret(answer);
end;
$$;
