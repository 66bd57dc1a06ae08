-- Custom fields of tickets: their definitions, and what a value must be. A ticket keeps its values
-- in `data`; a key that no field of its type has is free JSON.
--
-- `shared/fields` has the same rules, with the same sentences; a property test compares them.

create function private.are_field_labels(labels jsonb) returns boolean
language sql immutable set search_path = ''
as $$
    select coalesce(jsonb_typeof(labels) = 'object' and not exists (
        select
        from jsonb_each(case jsonb_typeof(labels) when 'object' then labels else '{}' end)
            as translation (language, texts)
        where not coalesce(
            private.is_language(language)
            and jsonb_typeof(texts) = 'object'
            and texts - array['agent_label', 'customer_label', 'options'] = '{}'
            and private.has_json_type(texts -> 'agent_label', 'string')
            and private.is_label(texts ->> 'agent_label')
            and private.has_json_type(texts -> 'customer_label', 'string')
            and private.is_label(texts ->> 'customer_label')
            and case
                when texts ? 'options' then jsonb_typeof(texts -> 'options') = 'object'
                    and not exists (
                        select from jsonb_each(
                            case jsonb_typeof(texts -> 'options')
                                when 'object' then texts -> 'options' else '{}'
                            end
                        ) as option
                        where length(option.key) > 100
                            or jsonb_typeof(option.value) <> 'string'
                            or not private.is_label(option.value #>> '{}')
                    )
                else true
            end,
            false
        )
    )
    and octet_length(labels::text) <= 65536
    and (select count(*) <= 50 from jsonb_object_keys(
        case jsonb_typeof(labels) when 'object' then labels else '{}' end
    )), false);
$$;
comment on function private.are_field_labels is
'Whether these are labels of a field by language: for each, an agent_label and a customer_label, and what some of its options are called.';

create table private.fields (
    key text primary key,
    type text not null,
    agent_label text not null,
    customer_label text not null,
    labels jsonb not null default '{}',
    ticket_types public.ticket_type[] not null,
    options text[] not null default '{}',
    pattern text,
    required_to_create boolean not null default false,
    required_to_solve boolean not null default false,
    visible_to text not null default 'customers',
    editable_by text not null default 'customers',
    filterable boolean not null default false,
    active boolean not null default true,
    position smallint not null default 0,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint fields_key_form check (key ~ '^[a-z][a-z0-9_]{0,49}$'),
    constraint fields_type check (
        type in (
            'text', 'number', 'integer', 'date', 'boolean', 'choice', 'choices', 'pattern',
            'person'
        )
    ),
    constraint fields_labels_length check (
        length(agent_label) between 1 and 80 and length(customer_label) between 1 and 80
    ),
    constraint fields_labels_form check (
        private.is_single_line(agent_label) and private.is_single_line(customer_label)
    ),
    constraint fields_translations_form check (private.are_field_labels(labels)),
    constraint fields_ticket_types check (
        cardinality(ticket_types) > 0 and array_position(ticket_types, null) is null
    ),
    constraint fields_audiences check (
        visible_to in ('customers', 'staff') and editable_by in ('customers', 'staff')
    ),
    constraint fields_position check (position >= 0)
);
comment on table private.fields is 'The custom fields of tickets.';
comment on column private.fields.key is 'Its key in the data of tickets; it does not change.';
comment on column private.fields.type is 'What a value is; it does not change.';
comment on column private.fields.agent_label is 'The label for staff.';
comment on column private.fields.customer_label is 'The label for customers.';
comment on column private.fields.labels is
'What it is called in languages: by language, agent_label, customer_label and, by option, options.';
comment on column private.fields.ticket_types is 'The types of tickets that have it.';
comment on column private.fields.options is 'Of a choice and of choices: the values there are, in order.';
comment on column private.fields.pattern is 'Of a pattern: what a value must match; see private.is_pattern.';
comment on column private.fields.required_to_create is 'Whether no ticket is opened without it.';
comment on column private.fields.required_to_solve is 'Whether no ticket is solved without it.';
comment on column private.fields.visible_to is
'Who sees it: everybody who sees the ticket, or those alone who read its notes.';
comment on column private.fields.editable_by is
'Who sets it: also whoever opens a ticket, or those alone who read its notes.';
comment on column private.fields.filterable is 'Whether lists filter and sort by it.';
comment on column private.fields.active is
'Whether it is in use. Switched off, its values stay, and nobody sets or changes them.';
comment on column private.fields.position is 'Order in forms, then by key.';
comment on column private.fields.version is 'Incremented with every change; its ETag.';
comment on column private.fields.created_at is 'When it was defined.';
comment on column private.fields.updated_at is 'When it was last changed.';

create trigger increment_version
before update on private.fields
for each row execute function private.increment_version();

-- Definitions ----------------------------------------------------------------

-- A subset that PostgreSQL and Python read alike, and in which nothing takes long.
create function private.is_pattern(pattern text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    perform '' ~ pattern;
    return length(pattern) <= 100 and pattern ~ (
        '^((?:[A-Za-z0-9 _/:,#@=-]|\\[].+*?(){}|^$\\/[-]'
        '|\[(?:[A-Za-z0-9_]|[A-Z]-[A-Z]|[a-z]-[a-z]|[0-9]-[0-9])+\])'
        '(?:\?|\{[0-9]{1,2}(?:,[0-9]{1,2})?\})?){1,20}$'
    );
exception
    when invalid_regular_expression then
        return false;
end;
$$;
comment on function private.is_pattern is
'Whether a text is a pattern: up to 20 parts, 100 characters in all, each a letter, digit, space or one of _/:,#@=-, another character after a backslash, or a class in brackets of ASCII letters, digits, _ and their ranges; and after it, if it is not just once, ? or {m} or {m,n} up to 99.';

create function private.require_definition() returns trigger
language plpgsql set search_path = ''
as $$
declare
    problem text;
begin
    problem := case
        when new.type in ('choice', 'choices') and not (
            cardinality(new.options) between 1 and 100
            and (
                select bool_and(length(option) <= 100 and private.is_single_line(option))
                from unnest(new.options) as option
            ) is true
            and cardinality(new.options) = (
                select count(distinct option) from unnest(new.options) as option
            )
        ) then 'options: 1 to 100 different lines of up to 100 characters'
        when new.type not in ('choice', 'choices') and new.options <> '{}'
            then 'options: a choice or choices alone have them'
        when new.type = 'pattern' and not coalesce(private.is_pattern(new.pattern), false)
            then 'pattern: up to 20 letters, digits, escaped characters or classes in brackets, each with ? or {m} or {m,n}, such as [A-Z]{2}-[0-9]{4,8}'
        when new.type <> 'pattern' and new.pattern is not null
            then 'pattern: a field of type pattern alone has one'
        when new.editable_by = 'customers' and new.visible_to = 'staff'
            then 'editable_by: customers cannot set what they do not see'
        when new.required_to_create and new.editable_by = 'staff'
            then 'required_to_create: whoever opens a ticket must be able to set the field'
    end;
    if problem is not null then
        raise sqlstate 'PT422' using message = 'invalid', detail = problem || '.';
    end if;
    return new;
end;
$$;
comment on function private.require_definition is
'PT422 unless the parts of a definition fit together.';

create trigger require_definition
before insert or update on private.fields
for each row execute function private.require_definition();

-- What a value must be -------------------------------------------------------

create function private.value_fits(field private.fields, value jsonb) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    form constant text := case
        when field.type in ('number', 'integer') then 'number'
        when field.type = 'boolean' then 'boolean'
        when field.type = 'choices' then 'array'
        else 'string'
    end;
    content constant text := value #>> '{}';
    items text[];
begin
    if jsonb_typeof(value) <> form then
        return false;
    elsif field.type = 'choices' and jsonb_array_length(value) not between 1 and 50 then
        return false;
    elsif field.type = 'choices' then
        items := array(select jsonb_array_elements_text(value));
        return not jsonb_path_exists(value, 'strict $[*] ? (@.type() != "string")')
            and items <@ field.options
            and cardinality(items) = (select count(distinct item) from unnest(items) as item);
    end if;
    return case field.type
        when 'text' then length(content) between 1 and 4000 and private.is_visible(content)
        when 'number'
            then abs(content::numeric) < 1e30 and scale(trim_scale(content::numeric)) <= 30
        when 'integer' then abs(content::numeric) < 1e30 and content::numeric % 1 = 0
        when 'date' then content ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
            and pg_input_is_valid(content, 'date')
        when 'choice' then content = any (field.options)
        when 'pattern' then length(content) between 1 and 200
            and content ~ ('^(?:' || field.pattern || ')$')
        when 'person' then exists (
            select from public.people where people.id = private.as_uuid(content)
        )
        else true
    end;
end;
$$;
comment on function private.value_fits is 'Whether a value, not null, is one of a field.';

create function private.value_rule(field private.fields) returns text
language sql immutable set search_path = ''
as $$
    select case field.type
        when 'text' then 'must be a text of 1 to 4,000 characters with something to see'
        when 'number'
            then 'must be a number with at most 30 digits before and after the decimal point'
        when 'integer' then 'must be a whole number of at most 30 digits'
        when 'date' then 'must be a date, such as 2026-12-31'
        when 'boolean' then 'must be true or false'
        when 'choice' then 'must be one of: ' || array_to_string(field.options, ', ')
        when 'choices' then 'must be a list of 1 to 50 of these, each once: '
            || array_to_string(field.options, ', ')
        when 'pattern' then 'must match the pattern ' || field.pattern
        when 'person' then 'must be the id of a person'
    end;
$$;
comment on function private.value_rule is 'What the values of a field must be, as a sentence without its subject.';

create function private.field_problems(
    type public.ticket_type,
    data jsonb,
    solved boolean,
    was_type public.ticket_type default null,
    was_data jsonb default null,
    was_solved boolean default false
) returns table (key text, problem text, missing boolean)
language sql stable security definer set search_path = ''
as $$
    -- What has not changed is not judged again: a definition may have changed since.
    select judged.key, judged.problem, judged.missing
    from (
        select
            fields.key,
            given.value is null as missing,
            case
                when given.value is null and fields.active and (
                    (
                        fields.required_to_create
                        and (not given.had_it or given.former is not null)
                    )
                    or (
                        fields.required_to_solve and solved
                        and (not given.had_it or given.former is not null or not was_solved)
                    )
                ) then 'is required'
                when given.value is null
                    or (given.had_it and given.value is not distinct from given.former) then null
                when not fields.active then case
                    when data -> fields.key is distinct from was_data -> fields.key
                        then 'is switched off'
                end
                when not private.value_fits(fields, given.value)
                    then private.value_rule(fields)
            end as problem
        from private.fields
        cross join lateral (
            select
                nullif(data -> fields.key, 'null') as value,
                nullif(was_data -> fields.key, 'null') as former,
                coalesce(was_type = any (fields.ticket_types), false) as had_it
        ) as given
        where field_problems.type = any (fields.ticket_types)
    ) as judged
    where judged.problem is not null
    order by judged.key;
$$;
comment on function private.field_problems is
'What is wrong with the custom fields of a ticket of a type, as it becomes and as it was (null for a new one): values that are missing, and changed ones that do not fit.';

create function private.refuse_fields(slug text, problems jsonb) returns void
language plpgsql stable set search_path = ''
as $$
begin
    raise sqlstate 'PT422' using
        message = slug,
        detail = (
            select 'Some custom fields do not fit. '
                || string_agg(
                    format('data.%s %s', problem ->> 'key', problem ->> 'problem'), '; '
                    order by problem ->> 'key'
                ) || '.'
            from jsonb_array_elements(problems) as problem
        ),
        hint = (
            select jsonb_agg(jsonb_build_object(
                'pointer', '#/data/' || (problem ->> 'key'), 'detail', problem ->> 'problem'
            ) order by problem ->> 'key')
            from jsonb_array_elements(problems) as problem
        );
end;
$$;
comment on function private.refuse_fields is
'Raises PT422 for custom fields; the hint has a JSON pointer for each, and no value.';

create function private.require_fields_of_type(
    type public.ticket_type,
    data jsonb,
    solved boolean,
    was_type public.ticket_type default null,
    was_data jsonb default null,
    was_solved boolean default false
) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    problems constant jsonb := (
        select jsonb_agg(to_jsonb(refused))
        from private.field_problems(
            require_fields_of_type.type, require_fields_of_type.data, solved, was_type, was_data,
            was_solved
        ) as refused
    );
begin
    if problems is not null then
        perform private.refuse_fields(
            case
                when jsonb_path_exists(problems, '$[*] ? (@.missing == true)')
                    then 'missing-data'
                else 'invalid-data'
            end,
            problems
        );
    end if;
end;
$$;
comment on function private.require_fields_of_type is
'PT422 unless the custom fields of a ticket are there that its type needs, and fit.';

create function private.require_settable(keys jsonb, internal boolean) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    problems jsonb;
begin
    if internal or jsonb_typeof(keys) is distinct from 'object' then
        return;
    end if;
    select jsonb_agg(jsonb_build_object('key', fields.key, 'problem', 'is set by staff alone'))
    into problems
    from private.fields
    where fields.editable_by = 'staff' and keys ? fields.key;
    if problems is not null then
        perform private.refuse_fields('staff-field', problems);
    end if;
end;
$$;
comment on function private.require_settable is
'PT422 when somebody who does not read notes sets a field that staff alone set, on a ticket of whatever type.';

create function private.staff_fields() returns text[]
language sql stable security definer set search_path = ''
begin atomic
    select coalesce(array_agg(fields.key), '{}')
    from private.fields
    where fields.visible_to = 'staff';
end;
comment on function private.staff_fields is
'The keys that those alone see who read the notes of a ticket, whatever its type; switched off or not.';

-- Commands and queries -------------------------------------------------------

create function private.sees_staff_fields() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.has_permission('tickets.note') or private.has_permission('fields.manage');
end;
$$;
comment on function private.sees_staff_fields is
'Whether the caller knows the fields that staff alone see.';

create function private.texts_of(
    labels jsonb, place text[], fallback text, languages text[]
) returns text
language sql stable security definer set search_path = ''
as $$
    -- What stands in the columns is in the default language.
    select private.translated(
        jsonb_build_object(settings.default_language, fallback) || coalesce(
            (
                select jsonb_object_agg(language, texts #> place)
                from jsonb_each(labels) as translations (language, texts)
                where texts #> place is not null
            ),
            '{}'
        ),
        fallback,
        languages || settings.default_language
    )
    from private.settings;
$$;
comment on function private.texts_of is
'One of the labels by language of a field, in the first of some languages that has it, or else in the default language.';

create function private.field_json(
    field private.fields, for_staff boolean, languages text[] default '{}'
) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select to_jsonb(field) - array['agent_label', 'labels'] || jsonb_build_object(
        'label', case when for_staff then shown.agent_label else shown.customer_label end,
        'customer_label', shown.customer_label,
        'option_labels', (
            select coalesce(
                jsonb_object_agg(
                    option,
                    private.texts_of(field.labels, array['options', option], option, languages)
                ),
                '{}'
            )
            from unnest(field.options) as option
        )
    )
    || case
        when for_staff then jsonb_build_object('agent_label', shown.agent_label) else '{}'
    end
    || case
        when private.has_permission('fields.manage')
            then jsonb_build_object('labels', field.labels)
        else '{}'
    end
    from (
        select
            private.texts_of(
                field.labels, '{agent_label}', field.agent_label, languages
            ) as agent_label,
            private.texts_of(
                field.labels, '{customer_label}', field.customer_label, languages
            ) as customer_label
    ) as shown;
$$;
comment on function private.field_json is
'A definition as responses show it, to staff or to a customer, with its labels in the first of some languages that it has; in all languages for who manages fields.';

create function private.filterable_field(field text) returns private.fields
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_field private.fields;
begin
    select * into found_field from private.fields
    where fields.key = filterable_field.field and fields.filterable
        and (fields.visible_to = 'customers' or private.sees_staff_fields());
    if found_field.key is null then
        raise sqlstate 'PT422' using
            message = 'unknown-field',
            detail = 'There is no such field to filter and sort by, or it is not yours to see.';
    end if;
    if exists (
        select from private.field_fills as fills where fills.field = found_field.key
    ) then
        raise sqlstate 'PT409' using
            message = 'field-not-ready',
            detail = 'The values of this field are still being collected. Try again in a moment.';
    end if;
    return found_field;
end;
$$;
comment on function private.filterable_field is
'A field that the caller may filter and sort by; PT422, or PT409 while its values are filled in.';

create function private.value_column(field private.fields) returns text
language sql immutable set search_path = ''
as $$
    select case field.type
        when 'number' then 'number_value'
        when 'integer' then 'number_value'
        when 'date' then 'date_value'
        when 'boolean' then 'boolean_value'
        else 'text_value'
    end;
$$;
comment on function private.value_column is 'The column of private.field_values that has the values of a field.';

create function api.list_fields(languages text[] default '{}') returns setof jsonb
language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
    for_staff boolean;
begin
    perform private.require_caller();
    for_staff := private.sees_staff_fields();
    return query
    select private.field_json(fields, for_staff, languages)
    from private.fields
    where for_staff or fields.visible_to = 'customers'
    order by fields.position, fields.key;
end;
$$;
comment on function api.list_fields is
'The custom fields of tickets that the caller may see, also those that are switched off, in the order of forms.';

create function api.get_field(field text, languages text[] default '{}') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    for_staff boolean;
    found_field private.fields;
begin
    perform private.require_caller();
    for_staff := private.sees_staff_fields();
    select * into found_field from private.fields
    where fields.key = get_field.field and (for_staff or fields.visible_to = 'customers');
    if found_field.key is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such field, or it is not yours to see.';
    end if;
    return private.field_json(found_field, for_staff, languages);
end;
$$;
comment on function api.get_field is 'One custom field that the caller may see, by its key. PT404.';

create function api.create_field(
    key text,
    type text,
    agent_label text,
    customer_label text default null,
    ticket_types public.ticket_type[] default null,
    options text[] default '{}',
    pattern text default null,
    required_to_create boolean default false,
    required_to_solve boolean default false,
    visible_to text default 'customers',
    editable_by text default null,
    filterable boolean default false,
    "position" smallint default null,
    labels jsonb default '{}',
    idempotency_key text default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    field private.fields;
    response jsonb;
begin
    perform private.require_permission('fields.manage');
    field.key := create_field.key;
    field.type := create_field.type;
    field.agent_label := create_field.agent_label;
    field.customer_label := coalesce(create_field.customer_label, create_field.agent_label);
    field.ticket_types := coalesce(
        create_field.ticket_types, enum_range(null::public.ticket_type)
    );
    field.labels := create_field.labels;
    field.options := create_field.options;
    field.pattern := create_field.pattern;
    field.required_to_create := create_field.required_to_create;
    field.required_to_solve := create_field.required_to_solve;
    field.visible_to := create_field.visible_to;
    field.editable_by := coalesce(create_field.editable_by, create_field.visible_to);
    field.filterable := create_field.filterable;
    response := private.stored_response(
        idempotency_key,
        jsonb_build_object(
            'command', 'create_field', 'field', to_jsonb(field),
            'position', create_field.position
        )
    );
    if response is not null then
        return response;
    end if;
    -- One at a time, so that two never become the one too many.
    perform pg_advisory_xact_lock(hashtextextended('private.fields', 0));
    if (select count(*) from private.fields) >= 200 then
        raise sqlstate 'PT409' using
            message = 'too-many-fields', detail = 'There are 200 fields, which is the most.';
    end if;
    insert into private.fields (
        key, type, agent_label, customer_label, labels, ticket_types, options, pattern,
        required_to_create, required_to_solve, visible_to, editable_by, filterable, position
    )
    values (
        field.key, field.type, field.agent_label, field.customer_label, field.labels,
        field.ticket_types, field.options, field.pattern, field.required_to_create, field.required_to_solve,
        field.visible_to, field.editable_by, field.filterable,
        coalesce(create_field.position, (select count(*) from private.fields))
    )
    on conflict on constraint fields_pkey do nothing
    returning * into field;
    if field.created_at is null then
        raise sqlstate 'PT409' using
            message = 'key-taken',
            detail = 'There is a field with this key already, perhaps one that is switched off.';
    end if;
    response := private.field_json(field, true);
    perform private.store_response(idempotency_key, response);
    return response;
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.create_field is
'Defines a custom field of tickets; needs fields.manage. Left out, it is of every type of ticket, customers see it, and whoever sees it sets it.';

create function api.change_field(
    field text, changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    target private.fields;
    changed private.fields;
begin
    perform private.require_permission('fields.manage');
    select * into target from private.fields where fields.key = change_field.field for no key update;
    if target.key is null then
        raise sqlstate 'PT404' using
            message = 'not-found',
            detail = 'There is no such field, or it is not yours to see.';
    end if;
    perform private.require_version(target.version, expected_version);
    perform private.require_fields(changes, '{
        "agent_label": "string", "customer_label": "string", "labels": "object",
        "ticket_types": "strings",
        "options": "strings", "pattern": "string", "required_to_create": "boolean",
        "required_to_solve": "boolean", "visible_to": "string", "editable_by": "string",
        "filterable": "boolean", "active": "boolean", "position": "integer"
    }');
    changed := jsonb_populate_record(target, changes);
    if changed is distinct from target then
        update private.fields
        set
            agent_label = changed.agent_label,
            customer_label = changed.customer_label,
            labels = changed.labels,
            ticket_types = changed.ticket_types,
            options = changed.options,
            pattern = changed.pattern,
            required_to_create = changed.required_to_create,
            required_to_solve = changed.required_to_solve,
            visible_to = changed.visible_to,
            editable_by = changed.editable_by,
            filterable = changed.filterable,
            active = changed.active,
            position = changed.position,
            updated_at = now()
        where fields.key = target.key
        returning * into target;
    end if;
    return private.field_json(target, true);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_field is
'Changes a custom field, all but its key and type; needs fields.manage. What tickets have stays as it is.';

grant execute on function
api.list_fields, api.get_field, api.create_field, api.change_field
to authenticated;

-- What the types of tickets have needed from the start.
insert into private.fields (
    key, type, agent_label, customer_label, ticket_types, options, required_to_create, position
) values
(
    'impact', 'choice', 'Impact', 'Who is affected', '{incident,problem}',
    '{everyone,team,one_person}', true, 0
),
('affected', 'text', 'Affected', 'What is affected', '{problem}', '{}', true, 1),
('due_on', 'date', 'Due on', 'Due on', '{task}', '{}', true, 2);
