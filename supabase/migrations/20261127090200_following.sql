-- Whoever follows thousands of tickets is to read a page of them, not all: the order of
-- list_my_tickets, by number, stands in the table that is walked.

-- What is filled and checked here is written once, by people who write comments.
-- squawk-ignore-file adding-not-nullable-field, require-concurrent-index-creation

alter table public.ticket_followers add column number bigint;
comment on column public.ticket_followers.number is 'The number of the ticket, to walk by; it never changes.';

update public.ticket_followers
set number = tickets.number
from public.tickets
where tickets.id = ticket_followers.ticket_id;

alter table public.ticket_followers alter column number set not null;
create index ticket_followers_number on public.ticket_followers (person_id, number);
comment on index public.ticket_followers_number is 'What a person follows, newest first.';

create function private.number_following() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.number := (select tickets.number from public.tickets where tickets.id = new.ticket_id);
    return new;
end;
$$;
comment on function private.number_following is 'Copies the number of the ticket that is followed.';

create trigger number_following
before insert on public.ticket_followers
for each row execute function private.number_following();
