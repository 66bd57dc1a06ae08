-- One feed of everything a person may see, to follow by cursor and miss nothing.
--
-- Transactions commit in another order than they take numbers in, so whoever remembers
-- "the last number I saw" passes by what commits late. The feed therefore shows only what
-- is older than the oldest transaction still under way: nothing can come before it any
-- more. A long writing transaction holds the feed up; Realtime is for those in a hurry.

create function private.restart_feed() returns void
language sql security definer set search_path = ''
as $$
    update private.feed_offset
    set ahead = greatest(
        ahead,
        (select coalesce(max(turn), 0) from public.ticket_events)
        + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    );
$$;
comment on function private.restart_feed is
'Once after a dump was restored into another cluster, before anybody writes: lets the feed go on from its highest turn, because another cluster counts transactions anew.';

create function private.visible_tickets_if_few() returns uuid[]
language sql stable security definer set search_path = ''
as $$
    with own as (
        (
            select tickets.id from public.tickets
            where tickets.requester_id = (select private.caller())
            limit 201
        )
        union
        (
            select tickets.id from public.tickets
            where tickets.organization_id = any (array(select private.shared_organizations()))
            limit 201
        )
    )

    select
        case
            when count(*) <= 200 and not exists (select from private.readable_queues())
                then coalesce(array_agg(own.id), '{}')
        end
    from own;
$$;
comment on function private.visible_tickets_if_few is
'All tickets that the caller may see, if they are no staff and those are 200 at most; else null.';

create function private.feed_page_end(turn bigint, "position" bigint) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_array(events.turn, events.position)
    from (
        select reached.turn, reached.position
        from public.ticket_events as reached
        where (reached.turn, reached.position) > (feed_page_end.turn, feed_page_end.position)
            and reached.turn < (select private.feed_horizon())
        order by reached.turn, reached.position
        limit 1000
    ) as events
    order by events.turn desc, events.position desc
    limit 1;
$$;
comment on function private.feed_page_end is
'How far one page of the feed looks: a thousand events on from a place; null at the end.';

create function api.list_events(
    after jsonb default null, page_size integer default 50, from_now boolean default false
) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    horizon constant bigint := private.feed_horizon();
    few constant uuid[] := private.visible_tickets_if_few();
    place jsonb := coalesce(after, '[0, 0]');
    since_turn constant bigint := place ->> 0;
    since_position constant bigint := place ->> 1;
    reach jsonb;
    items jsonb;
begin
    if since_turn >= horizon then
        raise sqlstate 'PT422' using
            message = 'bad-cursor',
            detail = 'This cursor is ahead of our history, which was restored. Start without one.';
    elsif from_now then
        place := jsonb_build_array(horizon - 1, 9223372036854775807);
    elsif few is null then
        reach := private.feed_page_end(since_turn, since_position);
        select jsonb_agg(to_jsonb(page) order by page.turn, page.position) into items
        from (
            select * from public.ticket_events as events
            where (events.turn, events.position) > (since_turn, since_position)
                and (events.turn, events.position)
                <= ((reach ->> 0)::bigint, (reach ->> 1)::bigint)
            order by events.turn, events.position
            limit page_size
        ) as page;
    else
        select jsonb_agg(to_jsonb(page) order by page.turn, page.position) into items
        from (
            select * from public.ticket_events as events
            where events.ticket_id = any (few)
                and (events.turn, events.position) > (since_turn, since_position)
                and events.turn < horizon
            order by events.turn, events.position
            limit page_size
        ) as page;
    end if;
    if jsonb_array_length(items) = page_size or reach is null and items is not null then
        reach := jsonb_build_array(items -> -1 -> 'turn', items -> -1 -> 'position');
    end if;
    return jsonb_build_object(
        'items', coalesce(items, '[]'), 'place', coalesce(reach, place)
    );
end;
$$;
comment on function api.list_events is
'What happened after a place to all tickets the caller may see, and the place to go on from. Whoever may see little of much gets a page in constant time too: it looks at a thousand events at most, so it may be empty and not the last. Nothing is left when the place has not moved.';

grant execute on function
private.visible_tickets_if_few, private.feed_page_end, api.list_events
to authenticated;
