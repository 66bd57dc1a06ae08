"""Filling a desk with many tickets, quickly."""

from pathlib import Path

from psycopg import ClientCursor

from tests.bench.desk import Desk, id_of

SCRIPT = Path(__file__).with_suffix(".sql")
PEOPLE = {"agent": "agent", "many": "customer", "few": "stranger"}
"""Who holds 1,000 tickets, who requested 500 and who 3, however many there are.
"""


def fill(desk: Desk, size: int) -> None:
    """Load `size` tickets, half of them into the queue support."""
    people = {share: id_of(name) for share, name in PEOPLE.items()}
    with desk.connection("supabase_admin") as connection:
        script = SCRIPT.read_text()
        ClientCursor(connection).execute(script, {"size": size, **people})
        connection.execute("vacuum analyze")
