-- The change feed: all events that the caller may see, read page by page with a cursor that
-- never skips an event.
--
-- Transactions do not commit in the order of their ids, so a reader who remembers the last id
-- it saw would skip events that commit late. The feed therefore ends before the oldest
-- transaction that is still running: no event can be added before that point. A long writing
-- transaction delays the feed; Realtime does not have this delay.

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
'Continues the feed after its highest turn. Call it once after restoring a dump into another cluster, before anybody writes, because that cluster has transaction ids of its own.';

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
        union
        (select followed.id from private.followed_tickets() as followed (id) limit 201)
    )

    select
        case
            when count(*) <= 200 and not exists (select from private.readable_queues())
                then coalesce(array_agg(own.id), '{}')
        end
    from own;
$$;
comment on function private.visible_tickets_if_few is
'The ids of all tickets that the caller may see, if the caller is not staff and they are at most 200; else null.';

create function private.feed_page_end(turn bigint, "position" bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_array(events.turn, events.position)
        from (
            select scanned.turn, scanned.position
            from public.ticket_events as scanned
            where (scanned.turn, scanned.position) > (feed_page_end.turn, feed_page_end.position)
                and scanned.turn < (select private.feed_horizon())
            order by scanned.turn, scanned.position
            limit 1000
        ) as events
        order by events.turn desc, events.position desc
        limit 1
    );
end;
$$;
comment on function private.feed_page_end is
'The turn and position where the scan of one page ends: a thousand events after the given ones; null at the end.';

-- A place in the feed is one block of the cipher, so no two places have the same cursor, and
-- nothing is to be learned from two cursors but whether they are equal.
create function private.feed_cursor(place jsonb) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select encode(
            extensions.encrypt(
                int8send((place ->> 0)::bigint) || int8send((place ->> 1)::bigint),
                cursor_key, 'aes-ecb/pad:none'
            ),
            'hex'
        )
        from private.feed_offset
    );
end;
$$;
comment on function private.feed_cursor is
'The cursor of a place in the feed, its turn and position: encrypted, because places count the events that a reader may not see.';

create function private.feed_place(feed_cursor text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    place bytea;
    turn bigint;
    "position" bigint;
begin
    if feed_cursor is null then
        return '[0, 0]';
    end if;
    if feed_cursor ~ '^[0-9a-f]{32}$' then
        select extensions.decrypt(decode(feed_cursor, 'hex'), cursor_key, 'aes-ecb/pad:none')
        into place
        from private.feed_offset;
        turn := ('x' || encode(substr(place, 1, 8), 'hex'))::bit(64)::bigint;
        "position" := ('x' || encode(substr(place, 9, 8), 'hex'))::bit(64)::bigint;
    end if;
    if turn between 0 and private.feed_horizon() - 1 and "position" >= 0 then
        return jsonb_build_array(turn, "position");
    end if;
    raise sqlstate 'PT422' using
        message = 'bad-cursor',
        detail = 'This cursor is not of our history, or of one that was restored. Start without one.';
end;
$$;
comment on function private.feed_place is
'The turn and position that a cursor of the feed stands for; PT422 for any other text, and for a place that is still to come.';

create function api.list_events(
    after text default null, page_size integer default 50, from_now boolean default false
) returns json
language plpgsql stable set search_path = ''
as $$
declare
    horizon constant bigint := private.feed_horizon();
    visible_tickets constant uuid[] := private.visible_tickets_if_few();
    note_queues constant uuid[] := array(select private.note_queues());
    cursor constant jsonb := private.feed_place(after);
    after_turn constant bigint := cursor ->> 0;
    after_position constant bigint := cursor ->> 1;
    to_read constant integer := private.page_limit(page_size) + 1;
    page_end jsonb;
    events public.ticket_events[];
    names jsonb;
    page record;
begin
    if from_now then
        page_end := jsonb_build_array(horizon - 1, 9223372036854775807);
    elsif visible_tickets is null then
        page_end := private.feed_page_end(after_turn, after_position);
        events := array(
            select listed from public.ticket_events as listed
            where (listed.turn, listed.position) > (after_turn, after_position)
                and (listed.turn, listed.position)
                <= ((page_end ->> 0)::bigint, (page_end ->> 1)::bigint)
            order by listed.turn, listed.position
            limit to_read
        );
    else
        events := array(
            select listed from public.ticket_events as listed
            where listed.ticket_id = any (visible_tickets)
                and (listed.turn, listed.position) > (after_turn, after_position)
                and listed.turn < horizon
            order by listed.turn, listed.position
            limit to_read
        );
        page_end := case
            when cardinality(events) > 0
                then jsonb_build_array(
                    events[cardinality(events)].turn, events[cardinality(events)].position
                )
        end;
    end if;
    names := private.names_in_events(events);
    select
        shown.items, private.feed_cursor(coalesce(shown.next, page_end, cursor)) as cursor
    into page
    from (
        select
            array_agg(
                private.named_event_json(
                    listed, tickets.queue_id = any (note_queues), names
                )::json
                order by listed.turn, listed.position
            ) as items,
            array_agg(
                jsonb_build_array(listed.turn, listed.position)
                order by listed.turn, listed.position
            ) as sort_keys
        from unnest(events) as listed
        inner join public.tickets on tickets.id = listed.ticket_id
    ) as found
    cross join lateral private.page_of(found.items, found.sort_keys, page_size) as shown;
    return to_json(page);
end;
$$;
comment on function api.list_events is
'A page of the events after a cursor of all tickets that the caller may see, and the cursor of the next page. A page scans at most a thousand events, so it may be empty and not be the last one; the end is reached when the cursor stays the same.';

grant execute on function
private.visible_tickets_if_few, private.feed_page_end, private.feed_cursor, private.feed_place,
api.list_events
to authenticated;
