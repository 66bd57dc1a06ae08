"""Plants a fault in the database: a function with other words than its migration."""

from collections.abc import Callable
from dataclasses import dataclass

from .acting import ActingConnection


@dataclass(frozen=True)
class Look:
    """A test of two transactions, and words of a function with which it must fail."""

    test: Callable
    function: str
    words: str
    instead: str = ""


def replant(db: ActingConnection, function: str, old: str, new: str) -> None:
    """Define a function anew, with one part of its text replaced.

    Args:
        db: the database, to be thrown away or rolled back.
        function: its name with the schema.
        old: what its definition has, as PostgreSQL writes it.
        new: what stands there from now on.
    """
    text = db.scalar("select pg_get_functiondef(%s::regproc)", function)
    assert old in text, text
    with db.connection.transaction():
        db.connection.execute(text.replace(old, new).encode())
