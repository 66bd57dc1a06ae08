-- Reading and changing the settings of the desk; settings.manage changes them.

create function private.default_settings() returns private.settings
language plpgsql stable security definer set search_path = ''
as $$
declare
    defaults private.settings;
begin
    execute (
        select 'select ' || string_agg(
            coalesce(pg_catalog.pg_get_expr(expressions.adbin, expressions.adrelid), 'null'),
            ', ' order by columns.attnum
        )
        from pg_catalog.pg_attribute as columns
        left join pg_catalog.pg_attrdef as expressions
            on columns.attrelid = expressions.adrelid and columns.attnum = expressions.adnum
        where columns.attrelid = 'private.settings'::regclass
            and columns.attnum > 0 and not columns.attisdropped
    ) into defaults;
    return defaults;
end;
$$;
comment on function private.default_settings is 'The settings of a new deployment.';

create function private.setting_columns() returns table (
    setting text, type text, nullable boolean, is_duration boolean, meaning text
)
language sql stable security definer set search_path = ''
as $$
    select
        columns.attname::text,
        case columns.atttypid
            when 'boolean'::regtype then 'boolean'
            when 'text'::regtype then 'string'
            else 'integer'
        end,
        not columns.attnotnull,
        columns.atttypid = 'interval'::regtype,
        pg_catalog.col_description(columns.attrelid, columns.attnum)
    from pg_catalog.pg_attribute as columns
    where columns.attrelid = 'private.settings'::regclass
        and columns.attnum > 0 and not columns.attisdropped
        and columns.attname not in ('only_row', 'version');
$$;
comment on function private.setting_columns is
'The columns that are settings: the JSON type of each, whether it may be null, and what it means.';

create function private.settings_json(settings private.settings, all_of_them boolean) returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'version', settings.version,
        'next', null,
        'items', jsonb_agg(
            jsonb_build_object(
                'name', columns.setting,
                'value', private.setting_values(settings) -> columns.setting,
                'default', private.setting_values(private.default_settings()) -> columns.setting,
                'type', columns.type,
                'nullable', columns.nullable,
                'unit', definitions.unit,
                'minimum', definitions.minimum,
                'maximum', definitions.maximum,
                'public', definitions.is_public,
                'meaning', columns.meaning
            )
            order by columns.setting
        )
    )
    from private.setting_columns() as columns
    inner join private.setting_definitions as definitions using (setting)
    where definitions.is_public or all_of_them;
$$;
comment on function private.settings_json is
'The settings as JSON, each with its type, unit, bounds, default and meaning: all, or what everybody may know.';

create function api.get_settings() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    settings private.settings;
begin
    perform private.require_caller();
    select * into settings from private.settings;
    return private.settings_json(settings, private.has_permission('settings.manage'));
end;
$$;
comment on function api.get_settings is
'The settings: all with settings.manage, and what everybody may know without it.';

create function private.as_settings(changes jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
    -- 10.0 is an integer in JSON, and no integer to PostgreSQL.
    select coalesce(
        jsonb_object_agg(
            given.setting,
            case
                when jsonb_typeof(given.value) <> 'number' then given.value
                when columns.is_duration
                    then to_jsonb(trim_scale(given.value::numeric)::text || ' seconds')
                else to_jsonb(trim_scale(given.value::numeric))
            end
        ),
        '{}'
    )
    from jsonb_each(changes) as given (setting, value)
    inner join private.setting_columns() as columns using (setting);
$$;
comment on function private.as_settings is
'Settings as requests have them, in the form of their columns.';

create function api.change_settings(
    changes jsonb, expected_version integer default null
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    settings private.settings;
    changed private.settings;
begin
    perform private.require_permission('settings.manage');
    select * into settings from private.settings for update;
    perform private.require_version(settings.version, expected_version);
    perform private.require_fields(changes, (
        select jsonb_object_agg(setting, type || case when nullable then '?' else '' end)
        from private.setting_columns()
    ));
    perform private.require_bounds(changes);
    changed := jsonb_populate_record(settings, private.as_settings(changes));
    if changed is distinct from settings then
        -- All columns of the one row; the trigger raises the version.
        execute (
            select 'update private.settings set ' || string_agg(
                format('%1$I = $1.%1$I', setting), ', '
            )
            from private.setting_columns()
        ) using changed;
        select * into settings from private.settings;
    end if;
    return private.settings_json(settings, true);
exception
    when integrity_constraint_violation then
        -- Without the detail, which shows the whole row.
        raise exception using errcode = sqlstate, message = sqlerrm;
end;
$$;
comment on function api.change_settings is
'Changes the given settings, durations in seconds, and returns all; needs settings.manage.';

grant execute on function api.get_settings, api.change_settings to authenticated;
