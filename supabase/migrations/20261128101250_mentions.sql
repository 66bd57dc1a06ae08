-- Mentions: in an internal note, @ and the name of somebody who reads the notes of its queue, or
-- @ and the key of a queue, names them.
--
-- The syntax: an @ at the beginning of the note or after anything but a letter, digit, _, ., -
-- or @; after it the whole name, in any letter case; then no letter, digit or _, and no - before
-- one. Of several names that fit, the longest counts. People who have the same name are all
-- named, and a queue beside somebody who is called as its key is. The first 50 @ count. So a
-- frontend writes a name as it is listed, and nothing has to be escaped.

create function private.find_mentions(
    body text, queue uuid, out people uuid[], out queues uuid[]
)
language sql stable security definer set search_path = ''
as $$
    with named (person_id, queue_id, name) as (
        select readers.person_id, null::uuid, people.name
        from private.note_readers as readers
        inner join public.people on people.id = readers.person_id
        where readers.queue_id = find_mentions.queue
        union all
        select null::uuid, queues.id, queues.key
        from public.queues
        where queues.archived_at is null
    ),

    places as (
        select parts.position, parts.text, lag(parts.text) over (order by parts.position) as before
        from string_to_table(find_mentions.body, '@') with ordinality as parts (text, position)
        order by parts.position
        limit 51
    ),

    fits as (
        select
            named.person_id,
            named.queue_id,
            rank() over (partition by places.position order by length(named.name) desc) as place
        from places
        inner join named
            on lower(left(places.text, length(named.name))) = lower(named.name)
            and substr(places.text, length(named.name) + 1) !~ '^(\w|-\w)'
        where places.position = 2 and places.before = '' or places.before ~ '[^\w.-]$'
    )

    select
        coalesce(array_agg(distinct fits.person_id) filter (where fits.queue_id is null), '{}'),
        coalesce(array_agg(distinct fits.queue_id) filter (where fits.person_id is null), '{}')
    from fits
    where fits.place = 1;
$$;
comment on function private.find_mentions is
'Whom a note in a queue names: people who read the notes of that queue, and queues that are not archived.';
