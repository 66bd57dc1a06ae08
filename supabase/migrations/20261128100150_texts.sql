-- What texts may hold, whoever writes them. Constraints of tables call these functions; those
-- that pin no search path are inlined there, see private.may_see_ticket.
-- `shared/core/types/texts.py` has the same two character classes; a test compares them.

create function private.is_visible(value text) returns boolean
language sql immutable parallel safe
begin atomic
    -- Spaces, controls, and what Unicode calls default ignorable.
    select
        value
        ~ '[^\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5'
        '\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164'
        '\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3'
        '\U0001d173-\U0001d17a\U000e0000-\U000e0fff]';
end;
comment on function private.is_visible is
'Whether a text has something to see: not only spaces, controls and zero-width characters.';

create function private.is_unbroken(value text) returns boolean
language sql immutable parallel safe
begin atomic
    -- Controls and line breaks; and what turns the direction of what follows, with which a name
    -- or subject can show something else than it says.
    select value !~ '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]';
end;
comment on function private.is_unbroken is
'Whether a text has no line breaks, control characters and bidirectional controls.';

create function private.is_single_line(value text) returns boolean
language sql immutable parallel safe
begin atomic
    select private.is_unbroken(value) and private.is_visible(value);
end;
comment on function private.is_single_line is
'Whether a text is one line with something to see; for subjects, names and labels.';

create function private.as_single_line(value text, fallback text) returns text
language sql immutable set search_path = ''
as $$
    select
        case
            when private.is_visible(value) then btrim(regexp_replace(
                value,
                '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+',
                ' ', 'g'
            ))
            else fallback
        end;
$$;
comment on function private.as_single_line is
'A text of somebody who cannot be refused, as a single line; the fallback when there is nothing to see.';

-- Ids ------------------------------------------------------------------------

create function private.as_uuid(ref text) returns uuid
language sql immutable parallel safe
begin atomic
    select
        case
            when ref ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ref::uuid
        end;
end;
comment on function private.as_uuid is
'The id that a text is, in either case of its letters; null for any other text.';

-- Tags and skills ------------------------------------------------------------

create function private.tag_key(tag text) returns text
language sql immutable parallel safe
begin atomic
    select normalize(lower(normalize(tag, nfc)), nfc);
end;
comment on function private.tag_key is
'By what tags and skills are compared: without case, and in one Unicode form.';

create function private.tag_keys(tags text[]) returns text[]
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    -- Most tickets have none.
    if tags is null or cardinality(tags) = 0 then
        return tags;
    end if;
    return array(select private.tag_key(tag) from unnest(tags) as tag);
end;
$$;
comment on function private.tag_keys is 'The keys of tags or skills; null for null.';

create function private.are_tags(tags text[]) returns boolean
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return cardinality(tags) = 0 or (
        array_ndims(tags) = 1
        and not exists (
            select from unnest(tags) as tag
            where tag is null
                or length(tag) not between 1 and 50
                or tag ~ '[\s,\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]'
                or not private.is_single_line(tag)
        )
        and cardinality(tags) = (
            select count(distinct private.tag_key(tag)) from unnest(tags) as tag
        )
    );
end;
$$;
comment on function private.are_tags is
'Whether these are tags or skills: words of 1 to 50 characters without spaces and commas, none of them twice.';

create function private.distinct_tags(tags text[], known text[] default '{}') returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
    -- Most tickets have none. Nested lists are for the constraints to refuse.
    if tags is null or cardinality(tags) = 0 or array_ndims(tags) > 1 then
        return tags;
    end if;
    return (
        select array_agg(first.tag order by first.position)
        from (
            select distinct on (private.tag_key(given.tag))
                coalesce(
                    (
                        select spelled.tag from unnest(known) as spelled (tag)
                        where private.tag_key(spelled.tag) = private.tag_key(given.tag) limit 1
                    ),
                    given.tag
                ) as tag,
                given.position
            from unnest(tags) with ordinality as given (tag, position)
            order by private.tag_key(given.tag), given.position
        ) as first
    );
end;
$$;
comment on function private.distinct_tags is
'Tags or skills without repetitions, in order, each as it was first written; those that are known already keep their spelling.';

-- Addresses ------------------------------------------------------------------

create function private.as_email(address text) returns text
language sql immutable set search_path = ''
as $$
    select lower(address)
    where length(address) <= 254
        and lower(address) ~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$';
$$;
comment on function private.as_email is
'An email address as it is stored, in lower case; null for what is none.';

-- JSON -----------------------------------------------------------------------

create function private.has_json_type(value jsonb, expected text) returns boolean
language sql immutable set search_path = ''
as $$
    select case rtrim(expected, '?')
        when 'strings' then jsonb_typeof(value) = 'array'
            and not jsonb_path_exists(value, 'strict $[*] ? (@.type() != "string")')
        when 'integer' then jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric % 1 = 0
        else jsonb_typeof(value) = rtrim(expected, '?')
    end or (jsonb_typeof(value) = 'null' and expected like '%?');
$$;
comment on function private.has_json_type is
'Whether a JSON value is of a type: string, strings, integer, boolean or object; with a question mark also null.';

create function private.require_fields(input jsonb, types jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if jsonb_typeof(input) is distinct from 'object' or exists (
        select from jsonb_each(input) as field
        where not coalesce(
            private.has_json_type(field.value, types ->> field.key), false
        )
    ) then
        raise sqlstate 'PT422' using
            message = 'invalid',
            detail = format(
                'Send an object with some of these, each of its type: %s.',
                (select string_agg(key, ', ' order by key) from jsonb_each(types))
            );
    end if;
end;
$$;
comment on function private.require_fields is
'PT422 unless the input is an object without other fields than these, each of its type (private.has_json_type).';

-- Searching names --------------------------------------------------------------

create function private.part_pattern(part text) returns text
language sql immutable set search_path = ''
as $$
    select '%' || regexp_replace(lower(part), '([\\%_])', '\\\1', 'g') || '%';
$$;
comment on function private.part_pattern is
'The pattern for `like` of texts in lower case that have a text in them, as it is written.';

-- Set when it is needed: PostgreSQL knows the setting once the extension is loaded, which a
-- function with a setting of its own would have to wait for.
create function private.tolerate_typos() returns void
language plpgsql set search_path = ''
as $$
begin
    perform set_config('pg_trgm.word_similarity_threshold', '0.55', true);
end;
$$;
comment on function private.tolerate_typos is
'Lets names count as similar, for this transaction, that differ from a part in a letter or two.';
