"""Who sends requests again, and what may have taken the response from them."""

from tests.database.acting import ActingConnection
from tests.database.arrange import (
    leave_queues,
    move_to_queue,
    revoke_permission,
    revoke_role,
)
from tests.database.personas import grant

DENIED, HIDDEN = "PT403", "PT404"
TEAM, ADMINS = ("agent", "neighbour"), ("admin", "lead")


def lose_permission(permission: str, code: str = DENIED):
    return lambda db: revoke_permission(db, permission), code


def move_all_away(db: ActingConnection) -> None:
    for (ticket,) in db.execute("select id from public.tickets").fetchall():
        move_to_queue(db, {"id": ticket}, "billing")


def add_second_admin(db: ActingConnection) -> None:
    grant(db.connection, "lead", "admin")


OUT_OF_THE_QUEUE = (lambda db: leave_queues(db, "agent"), HIDDEN)
MOVED_AWAY = (move_all_away, HIDDEN)
NO_AGENT = (lambda db: revoke_role(db, "agent"), DENIED)
