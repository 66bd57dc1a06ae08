-- Tables, functions, defaults and grants of pg_net 0.20; the sending is done by
-- infra/local/pg_net. A request wakes it by NOTIFY, so nothing leaves before commit.
create schema net;
grant usage on schema net to public;

create domain net.http_method as text check (lower(value) in ('get', 'post', 'delete'));

-- Unlogged as the real ones: after a crash both are empty.
create unlogged table net.http_request_queue (
    id bigserial,
    method net.http_method not null,
    url text not null,
    headers jsonb,
    body bytea,
    timeout_milliseconds int not null
);
create unlogged table net._http_response (
    id bigint,
    status_code integer,
    content_type text,
    headers jsonb,
    content text,
    timed_out boolean,
    error_msg text,
    created timestamptz not null default now()
);
create index on net._http_response (created);

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (
    status net.request_status, message text, response net.http_response
);

create function net.wake() returns void
language sql
as $$ select pg_catalog.pg_notify('pg_net_wake', '') $$;

create function net._urlencode_string(string varchar) returns text
language sql immutable strict
as $$
    select coalesce(string_agg(
        case when chr(byte) ~ '[A-Za-z0-9_.~-]'
            then chr(byte) else '%' || lpad(to_hex(byte), 2, '0') end,
        '' order by place
    ), '')
    from (
        select place, get_byte(bytes, place) as byte
        from (select convert_to(string, 'UTF8') as bytes) as text_bytes,
            generate_series(0, length(bytes) - 1) as place
    ) as text_byte
$$;

create function net._encode_url_with_params(url text, params jsonb) returns text
language sql immutable
as $$
    select url || coalesce(
        case when strpos(url, '?') > 0 then '&' else '?' end || string_agg(
            net._urlencode_string(key) || '=' || net._urlencode_string(value), '&'
        ), ''
    )
    from jsonb_each_text(params)
$$;

create function net._enqueue(
    method text, url text, headers jsonb, body bytea, timeout_milliseconds int
) returns bigint
language sql
as $$
    select net.wake();
    insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
    values (method, url, headers, body, timeout_milliseconds)
    returning id
$$;

create function net.http_get(
    url text, params jsonb default '{}', headers jsonb default '{}',
    timeout_milliseconds int default 5000
) returns bigint
language sql
as $$
    select net._enqueue(
        'GET', net._encode_url_with_params(url, params), headers, null, timeout_milliseconds
    )
$$;

create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{"Content-Type": "application/json"}',
    timeout_milliseconds int default 5000
) returns bigint
language plpgsql
as $$
declare
    content_type text := (
        select value from jsonb_each_text(headers) where lower(key) = 'content-type' limit 1
    );
begin
    if content_type is null then
        headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}';
    elsif content_type <> 'application/json' then
        raise exception 'Content-Type header must be "application/json"';
    end if;
    return net._enqueue(
        'POST', net._encode_url_with_params(url, params), headers,
        convert_to(body::text, 'UTF8'), timeout_milliseconds
    );
end
$$;

create function net.http_delete(
    url text, params jsonb default '{}', headers jsonb default '{}',
    timeout_milliseconds int default 5000, body jsonb default null
) returns bigint
language sql
as $$
    select net._enqueue(
        'DELETE', net._encode_url_with_params(url, params), headers,
        convert_to(body::text, 'UTF8'), timeout_milliseconds
    )
$$;

create function net._http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result
language plpgsql
as $$
declare
    answer net._http_response;
begin
    loop
        select * into answer from net._http_response where id = request_id;
        exit when async or answer.id is not null;
        perform pg_sleep(0.05);
    end loop;
    if answer.id is null or answer.error_msg is not null then
        return (
            'ERROR', coalesce(answer.error_msg, 'request matching request_id not found'), null
        )::net.http_response_result;
    end if;
    return (
        'SUCCESS', 'ok',
        (answer.status_code, answer.headers, answer.content)::net.http_response
    )::net.http_response_result;
end
$$;

grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
