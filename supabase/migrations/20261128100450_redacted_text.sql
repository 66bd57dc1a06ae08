-- Redacted text: what it becomes, and the one change that append-only and closed rows allow.
--
-- A command that redacts names the text in `autocrm.redacted_text` for its transaction. The
-- triggers of tickets, comments and events let a row pass that is the old one with that text
-- blanked, and nothing else; so whatever the setting says, words can only be taken out.

create function private.redacted_body() returns text
language sql immutable
begin atomic
    select '[redacted]';
end;
comment on function private.redacted_body is 'What stands in the place of redacted text.';

create function private.text_to_redact() returns text
language sql stable
begin atomic
    select nullif(current_setting('autocrm.redacted_text', true), '');
end;
comment on function private.text_to_redact is
'The text that the current transaction redacts, or null; clients cannot set it.';

create function private.redact_text(value text, redacted text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    blanked text := value;
begin
    -- Again, because a placeholder and what follows it may spell the text once more. Each
    -- round takes a character of the original away, so this ends.
    while strpos(blanked, redacted) > 0 and strpos(private.redacted_body(), redacted) = 0 loop
        blanked := replace(blanked, redacted, private.redacted_body());
    end loop;
    return blanked;
end;
$$;
comment on function private.redact_text is 'A text with each occurrence of another blanked.';

create function private.redact_labels(labels text[], redacted text) returns text[]
language sql immutable set search_path = ''
as $$
    select private.distinct_tags(array(
        select left(private.redact_text(given.label, redacted), 50)
        from unnest(labels) with ordinality as given (label, position)
        order by given.position
    ));
$$;
comment on function private.redact_labels is
'Tags or skills with a text blanked; those that become equal are one.';

create function private.redact_json(
    value jsonb, redacted text, written_by_people boolean default false
) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    -- Everything else is ids, numbers and names of ours, which blanking would break.
    fields constant text[] := '{subject,status_reason,reason,body,tags,add_tags,remove_tags,skills,data}';
begin
    return case jsonb_typeof(value)
        when 'object' then coalesce(
            (
                select jsonb_object_agg(
                    case
                        when written_by_people then private.redact_text(field.key, redacted)
                        else field.key
                    end,
                    private.redact_json(
                        field.value, redacted, written_by_people or field.key = any (fields)
                    )
                )
                from jsonb_each(value) as field
            ),
            '{}'
        )
        when 'array' then coalesce(
            (
                select jsonb_agg(
                    private.redact_json(item.value, redacted, written_by_people)
                    order by item.position
                )
                from jsonb_array_elements(value) with ordinality as item (value, position)
            ),
            '[]'
        )
        when 'string' then case
            when written_by_people
                then to_jsonb(private.redact_text(value #>> '{}', redacted))
            else value
        end
        when 'number' then case
            when written_by_people and strpos(value #>> '{}', redacted) > 0
                then to_jsonb(private.redact_text(value #>> '{}', redacted))
            else value
        end
        else value
    end;
end;
$$;
comment on function private.redact_json is
'JSON with a text blanked in the fields that people write: subject, reason, body, tags, skills and data, with its keys and numbers.';

create function private.redact_data(data jsonb, redacted text) returns jsonb
language sql immutable set search_path = ''
as $$
    -- Blanking lengthens what is shorter than its placeholder, and a ticket must stay readable.
    select
        case
            when octet_length(blanked::text) <= 16384 then blanked
            else coalesce(
                (
                    select jsonb_object_agg(field.key, field.value)
                    from jsonb_each(data) as field
                    where strpos(field.key, redacted) = 0
                        and field.value = private.redact_json(field.value, redacted, true)
                ),
                '{}'
            )
        end
    from private.redact_json(data, redacted, true) as blanked;
$$;
comment on function private.redact_data is
'The fields of a ticket with a text blanked; where they would become longer than fields may be, those that held it are removed.';
