-- A private bucket, in which people write and read below their own id.
set local lock_timeout = '2s';
insert into storage.buckets (id, name, public, file_size_limit)
values ('files', 'files', false, 1000);
create policy "people download their own" on storage.objects
for select to authenticated using (
    bucket_id = 'files' and split_part(name, '/', 1) = (select auth.uid())::text
);
create policy "people have uploads below their id signed" on storage.objects
for insert to authenticated with check (
    bucket_id = 'files'
    and (select storage.allow_only_operation('object.sign_upload_url'))
    and split_part(name, '/', 1) = (select auth.uid())::text
);
