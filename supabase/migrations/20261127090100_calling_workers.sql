-- What the database tells its workers besides events: that there is something to look at.

create function private.call_workers(kind text, source text, record jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    url constant text := private.secret('autocrm_webhook_url');
    secret constant text := private.secret('autocrm_webhook_secret');
    -- The form of the platform's own database webhooks.
    body constant jsonb := jsonb_build_object(
        'type', kind, 'schema', 'public', 'table', source, 'record', record, 'old_record', null
    );
    sent_at constant text := floor(extract(epoch from clock_timestamp()))::bigint::text;
begin
    if url is null or secret is null then
        return;
    end if;
    perform net.http_post(
        url => url,
        body => body,
        headers => jsonb_build_object(
            'Content-Type', 'application/json',
            'x-autocrm-timestamp', sent_at,
            'x-autocrm-signature', 'v1=' || encode(
                extensions.hmac(sent_at || '.' || body::text, secret, 'sha256'), 'hex'
            )
        ),
        timeout_milliseconds => 10000
    );
exception
    when others then
        raise warning 'The workers could not be called (%); a schedule will find the work.', sqlstate;
end;
$$;
comment on function private.call_workers is
'Sends a change of a row to receive_db_webhook, signed with the secret of the Vault. It may get lost: a schedule is the guarantee.';

create or replace function private.wake(event public.ticket_events) returns void
language sql security definer set search_path = ''
as $$
    select private.call_workers('INSERT', 'ticket_events', to_jsonb(event));
$$;
