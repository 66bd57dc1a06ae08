-- Who is at a ticket: staff who may read its notes see each other look and type, over
-- Realtime Presence on ticket:<id>:internal. What they say of themselves is their word
-- alone, for eyes; a reply is held by the lease of the next migration.

create policy "staff of the queue see who is at a ticket" on realtime.messages
for select to authenticated using (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal'
    and (select private.may_listen((select realtime.topic())))
);

create policy "staff of the queue say that they are at a ticket" on realtime.messages
for insert to authenticated with check (
    extension = 'presence'
    and (select realtime.topic()) like 'ticket:%:internal'
    and (select private.may_listen((select realtime.topic())))
);
