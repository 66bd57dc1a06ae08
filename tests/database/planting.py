"""Plants a fault in the database: a function with other words than its migration."""

from .acting import ActingConnection


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
