"""Every way in which somebody's right to see tickets or their notes ends."""

from collections.abc import Callable, Mapping
from typing import Any

from psycopg import sql

from .acting import ActingConnection
from .arrange import (
    delete_account,
    leave_queues,
    move_to_queue,
    revoke_permission,
    revoke_role,
)
from .personas import id_of, sign_up, user_of

Ending = Callable[[ActingConnection, Any], object]


def _another_admin(db: ActingConnection) -> None:
    """Let the last administrator be removed."""
    other = sign_up(db.connection, "other admin")
    db.execute("insert into public.person_roles values (%s, 'admin')", other)


def _revoke_admin(db: ActingConnection, _: Any) -> None:
    _another_admin(db)
    revoke_role(db, "admin", "admin")


def _delete_admin(db: ActingConnection, _: Any) -> None:
    _another_admin(db)
    delete_account(db, "admin")


def _change_organization(organization: str | None) -> Ending:
    return lambda db, _: db.execute(
        "update public.people set organization_id = %s where id = %s",
        organization and id_of(organization),
        id_of("colleague"),
    )


def _move_requester(db: ActingConnection, _: Any) -> None:
    db.execute("update private.settings set organization_moves_tickets = true")
    db.execute("select private.move_person(%s, null)", id_of("customer"))


# Who loses which: the ticket with its notes, or its notes alone. The ticket is the
# customer's, whose organization shares, in queue support.
ENDINGS: Mapping[str, tuple[Ending, set[str], set[str]]] = {
    "a member leaves the queue": (
        lambda db, _: leave_queues(db, "agent"),
        {"agent"},
        {"agent"},
    ),
    "a lead removes a member": (
        lambda db, _: db.call(
            "lead", "remove_queue_member", queue="support", person=id_of("neighbour")
        ),
        {"neighbour"},
        {"neighbour"},
    ),
    "a role is revoked": (
        lambda db, _: db.call(
            "admin", "revoke_role", person=id_of("agent"), role="agent"
        ),
        {"agent"},
        {"agent"},
    ),
    "a role no longer reads": (
        lambda db, _: revoke_permission(db, "tickets.read", "agent"),
        {"agent", "neighbour"},
        {"agent", "neighbour"},
    ),
    "a role no longer reads notes": (
        lambda db, _: revoke_permission(db, "tickets.note", "agent"),
        set(),
        {"agent", "neighbour"},
    ),
    "an administrator is one no more": (_revoke_admin, {"admin"}, {"admin"}),
    "a role no longer reads every queue": (
        lambda db, _: revoke_permission(db, "tickets.read_all"),
        {"admin"},
        {"admin"},
    ),
    "administrators no longer read notes": (
        lambda db, _: revoke_permission(db, "tickets.note", "admin"),
        set(),
        {"admin"},
    ),
    "the ticket moves to another queue": (
        lambda db, ticket: move_to_queue(db, ticket, "billing"),
        {"agent", "neighbour", "lead"},
        {"agent", "neighbour", "lead"},
    ),
    "the organization stops sharing": (
        lambda db, _: db.execute(
            "update public.organizations set shares_tickets = false"
        ),
        {"colleague"},
        set(),
    ),
    "a colleague leaves the organization": (
        _change_organization(None),
        {"colleague"},
        set(),
    ),
    "a colleague changes to another organization": (
        _change_organization("Silent"),
        {"colleague"},
        set(),
    ),
    "the requester moves, with their tickets": (
        _move_requester,
        {"colleague"},
        set(),
    ),
    "the ticket leaves the organization": (
        lambda db, ticket: db.execute(
            "update public.tickets set organization_id = null where id = %s",
            ticket["id"],
        ),
        {"colleague"},
        set(),
    ),
}


def _sign_out(db: ActingConnection, _: Any) -> None:
    db.execute(
        "insert into auth.sessions (id, user_id) values (%s, %s)",
        id_of("session"),
        user_of("agent"),
    )
    db.execute("delete from auth.sessions where id = %s", id_of("session"))


def _lock_out(who: str, column: str, until: str) -> Ending:
    statement = sql.SQL("update auth.users set {} = %s where id = %s")
    named = statement.format(sql.Identifier(column))
    return lambda db, _: db.execute(named, until, user_of(who))


# Whose right to listen at all ends, and on which of their topics.
LOCKED_OUT: Mapping[str, tuple[Ending, str, str]] = {
    "staff banned": (_lock_out("agent", "banned_until", "infinity"), "agent", ""),
    "administrator banned": (
        _lock_out("admin", "banned_until", "infinity"),
        "admin",
        "",
    ),
    "customer banned": (
        _lock_out("customer", "banned_until", "infinity"),
        "customer",
        "",
    ),
    "colleague banned": (
        _lock_out("colleague", "banned_until", "infinity"),
        "colleague",
        "",
    ),
    "deleted in Auth": (_lock_out("agent", "deleted_at", "now"), "agent", ""),
    "account deleted": (lambda db, _: delete_account(db, "biller"), "biller", ""),
    "administrator deleted": (_delete_admin, "admin", ""),
    "signed out": (_sign_out, "agent", "user:"),
}
