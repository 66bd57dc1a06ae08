-- The bucket of files in Storage, who may sign addresses of it, and what follows an upload.
--
-- The policies repeat no rule: they ask public.attachments, whose policy asks the comment. They
-- stand in a file of their own, because hosted every `create policy` locks all tables of Auth,
-- Storage and Realtime until the transaction ends.

set local lock_timeout = '5s';

insert into storage.buckets (id, name, public, file_size_limit)
values ('attachments', 'attachments', false, (select file_bytes from private.settings))
on conflict (id) do update
    set public = excluded.public, file_size_limit = excluded.file_size_limit;

create function private.limit_bucket() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update storage.buckets set file_size_limit = new.file_bytes where id = 'attachments';
    return null;
end;
$$;
comment on function private.limit_bucket is 'Gives the bucket of files the limit of the setting.';

create trigger limit_bucket
after update on private.settings
for each row when (new.file_bytes <> old.file_bytes) execute function private.limit_bucket();

create function private.receive_upload() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    begin
        perform private.take_upload(new.name, new.metadata);
    exception
        -- Whatever it is, it must not end the upload; see private.uploads_missed.
        when others then
            raise warning 'An upload was not noticed: %', sqlstate;
    end;
    return null;
end;
$$;
comment on function private.receive_upload is
'Has a file checked that was uploaded. It never fails, since Storage would fail with it.';

-- Storage also inserts to ask what is allowed, and then knows no size.
create trigger receive_upload
after insert on storage.objects
for each row when (new.bucket_id = 'attachments' and new.metadata ? 'size')
execute function private.receive_upload();

create policy "whoever sees a checked file may download it" on storage.objects
for select to authenticated using (
    bucket_id = 'attachments'
    and not (select storage.allow_any_operation(array['object.list', 'object.list_v2']))
    and exists (
        select from public.attachments as files
        where files.object_name = objects.name and files.state = 'ready'
    )
);

create policy "whoever announced a file may upload it once" on storage.objects
for insert to authenticated with check (
    bucket_id = 'attachments'
    and (select storage.allow_only_operation('object.sign_upload_url'))
    and exists (
        select from public.attachments as files
        where
            files.object_name = objects.name
            and files.state = 'announced'
            and files.uploader_id = (select private.caller())
    )
);
