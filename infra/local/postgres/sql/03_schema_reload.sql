-- PostgREST keeps a picture of the schema; a change of the schema tells it to look again.
create function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql
as $$
begin
    if exists (
        select from pg_event_trigger_ddl_commands() as command
        where coalesce(command.schema_name, '') not in ('pg_temp', 'auth', 'realtime')
        and command.command_tag ~
            '^(CREATE|ALTER) (SCHEMA|TABLE|FOREIGN TABLE|(MATERIALIZED )?VIEW|FUNCTION|TYPE|RULE|TRIGGER)|^(COMMENT|SELECT INTO)$'
    ) then
        notify pgrst, 'reload schema';
    end if;
end
$$;

create function extensions.pgrst_drop_watch() returns event_trigger
language plpgsql
as $$
begin
    if exists (
        select from pg_event_trigger_dropped_objects() as dropped
        where not dropped.is_temporary
        and coalesce(dropped.schema_name, '') not in ('auth', 'realtime')
        and dropped.object_type in (
            'schema', 'table', 'foreign table', 'view', 'materialized view',
            'function', 'type', 'rule', 'trigger'
        )
    ) then
        notify pgrst, 'reload schema';
    end if;
end
$$;

create event trigger pgrst_ddl_watch on ddl_command_end
execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop
execute function extensions.pgrst_drop_watch();
