-- The names of Supabase Vault. As hosted, the column `secret` is ciphertext, so that what
-- reads it in the place of `decrypted_secret` fails here too. The key is no secret: it
-- is made of the row's id, because local secrets are made up anyway.
create schema vault;
grant usage on schema vault to postgres, service_role;

create table vault.secrets (
    id uuid primary key default gen_random_uuid(),
    name text unique,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create function vault._encrypt(secret text, id uuid, nonce bytea) returns text
language sql immutable
set search_path = ''
as $$
    select encode(extensions.encrypt_iv(
        convert_to(secret, 'UTF8'), sha256(convert_to(id::text, 'UTF8')), nonce, 'aes'
    ), 'base64')
$$;

create function vault._decrypt(secret text, id uuid, nonce bytea) returns text
language sql immutable
as $$
    select convert_from(extensions.decrypt_iv(
        decode(secret, 'base64'), sha256(convert_to(id::text, 'UTF8')), nonce, 'aes'
    ), 'UTF8')
$$;

create view vault.decrypted_secrets as
select
    id,
    name,
    description,
    secret,
    vault._decrypt(secret, id, nonce) as decrypted_secret,
    key_id,
    nonce,
    created_at,
    updated_at
from vault.secrets;

create function vault.create_secret(
    new_secret text, new_name text default null,
    new_description text default '', new_key_id uuid default null
) returns uuid
language sql security definer
set search_path = ''
as $$
    insert into vault.secrets (id, secret, name, description, key_id, nonce)
    select
        id, vault._encrypt(new_secret, id, nonce), new_name,
        coalesce(new_description, ''), new_key_id, nonce
    from (
        values (gen_random_uuid(), extensions.gen_random_bytes(16))
    ) as made (id, nonce)
    returning id
$$;

create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null,
    new_description text default null, new_key_id uuid default null
) returns void
language sql security definer
set search_path = ''
as $$
    update vault.secrets set
        secret = coalesce(vault._encrypt(new_secret, id, nonce), secret),
        name = coalesce(new_name, name),
        description = coalesce(new_description, description),
        key_id = coalesce(new_key_id, key_id), updated_at = now()
    where id = secret_id
$$;

revoke execute on all functions in schema vault from public;
grant execute on all functions in schema vault to postgres, service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets
to postgres, service_role;
