"""What tests change in the tables themselves, as an operator or as time would."""

from collections.abc import Iterator
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from .acting import NEEDED_FIELDS, ActingConnection
from .personas import id_of


def leave_queues(db: ActingConnection, who: str) -> None:
    db.execute("delete from public.queue_members where person_id = %s", id_of(who))


def revoke_role(db: ActingConnection, who: str, role: str = "agent") -> None:
    db.execute(
        "delete from public.person_roles where person_id = %s and role = %s",
        id_of(who),
        role,
    )


def revoke_permission(
    db: ActingConnection, permission: str, role: str | None = None
) -> None:
    """Take a permission from one role, or from all."""
    db.execute(
        "delete from public.role_permissions where permission = %s"
        " and role = coalesce(%s, role)",
        permission,
        role,
    )


def delete_account(db: ActingConnection, who: str) -> None:
    db.execute("delete from auth.users where id = %s", id_of(who))


def insert_tickets(
    db: ActingConnection,
    count: int,
    queue: str = "support",
    requester: str = "customer",
    kind: str = "question",
) -> None:
    """Store many tickets in one statement, without the command."""
    db.execute(
        "insert into public.tickets (subject, queue_id, requester_id, type, data)"
        " select 'Many', %s, %s, %s, %s from generate_series(1, %s)",
        id_of(queue),
        id_of(requester),
        kind,
        Jsonb(NEEDED_FIELDS.get(kind, {})),
        count,
    )


def set_waiting(db: ActingConnection, interval: str, ticket: Any = None) -> None:
    """Let one ticket, or all, have waited for so long, whatever it waits for."""
    db.execute("alter table public.tickets disable trigger user")
    db.execute(
        "update public.tickets set waiting_since = now() - %s::interval"
        " where id = coalesce(%s::uuid, id)",
        interval,
        ticket and ticket["id"],
    )
    db.execute("alter table public.tickets enable trigger user")


def age_tickets(db: ActingConnection, minutes: int) -> None:
    """Move all times of tickets and events so many minutes back."""
    for trigger, table, columns in (
        ("apply_ticket_rules", "tickets", ("waiting_since", "assigned_at")),
        ("refuse_update", "ticket_events", ("occurred_at",)),
    ):
        db.execute(f"alter table public.{table} disable trigger {trigger}")
        for column in columns:
            db.execute(
                f"update public.{table}"  # noqa: S608
                f" set {column} = {column} - make_interval(mins => %s)",
                minutes,
            )
        db.execute(f"alter table public.{table} enable trigger {trigger}")


def move_to_queue(db: ActingConnection, ticket: Any, queue: str) -> None:
    db.execute(
        "update public.tickets set queue_id = %s where id = %s",
        id_of(queue),
        ticket["id"],
    )


def store_webhook_settings(
    db: ActingConnection,
    url: str = "http://127.0.0.1:9/v1/hooks/database",
    secret: str = "only-for-this-test",  # noqa: S107
) -> None:
    """Let the database start jobs and report events by HTTP."""
    db.execute("select vault.create_secret(%s, 'autocrm_webhook_url')", url)
    db.execute("select vault.create_secret(%s, 'autocrm_webhook_secret')", secret)


def table_texts(db: ActingConnection) -> Iterator[str]:
    """Return every row that any table holds outside of the Vault, as text."""
    tables = db.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'private', 'net', 'realtime')"
    ).fetchall()
    for table in tables:
        read = sql.SQL("select t::text from {} as t").format(sql.Identifier(*table))
        yield from (row for (row,) in db.execute(read).fetchall())


def broadcasts(db: ActingConnection, event: str) -> list[tuple[str, bool, Any]]:
    """Return topic, privacy and payload of each message of a kind, in order."""
    rows = db.execute(
        "select topic, private, payload from realtime.messages where event = %s"
        " order by inserted_at, cmin::text::bigint",
        event,
    )
    return rows.fetchall()
