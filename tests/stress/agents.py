"""Agents beside those of the database tests, who work the queue `support`."""

from collections.abc import Iterable

import psycopg

from tests.database.personas import grant, id_of, sign_up


def add_agents(
    connection: psycopg.Connection, names: Iterable[str], capacity: int
) -> None:
    """Sign up agents who are members of the queue, and available."""
    for name in names:
        sign_up(connection, name)
        grant(connection, name, "agent")
        connection.execute(
            "insert into public.queue_members (queue_id, person_id) values (%s, %s)",
            [id_of("support"), id_of(name)],
        )
        connection.execute(
            "insert into public.agents (person_id, availability, capacity)"
            " values (%s, 'available', %s)",
            [id_of(name), capacity],
        )
