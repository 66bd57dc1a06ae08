-- What the code of one release before does not call any more: read_queue, read_ticket and
-- read_my_tickets have taken their places. (`make compat` proves it.)
-- squawk-ignore-file ban-drop-function

drop function public.list_queue(
    text, text[], text[], text[], text, text, text, jsonb, integer
);
drop function public.list_my_tickets(text[], bigint, integer);
drop function public.get_ticket(text);
drop function private.queue_filters(text[], text, text, text[], text[]);
