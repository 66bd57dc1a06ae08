"""Entering the demonstration desk: people through Auth, the rest in one transaction.

Tickets are worked with the product's own commands, acting as each person, and dated
back afterwards. Killed half-way, it begins again: nothing is entered twice.
"""

import psycopg
from supabase import ClientOptions, create_client

from infra.local.stack import Deployment

from .history import date_back, tell
from .people import ORGANIZATIONS, PEOPLE, QUEUES
from .stories import STORIES


def seed(desk: Deployment) -> None:
    """Enter people, queues and tickets into a migrated, empty desk.

    Args:
        desk: running, at least its database and Auth.
    """
    _sign_up(desk)
    with psycopg.connect(desk.database_url) as connection:
        _furnish(connection)
        _introduce(connection)
        for story in sorted(STORIES, key=lambda story: -story.days_ago):
            date_back(connection, tell(connection, story), story)
        connection.execute("select public.close_solved_tickets()")
        _conclude(connection)


def _conclude(connection: psycopg.Connection) -> None:
    """Put everything into people's lists, and owe nobody a reaction to history."""
    connection.execute("select public.notify_people(event_id) from private.outbox")
    connection.execute("delete from private.emails")
    connection.execute("delete from private.outbox")


def _sign_up(desk: Deployment) -> None:
    options = ClientOptions(auto_refresh_token=False, persist_session=False)
    client = create_client(desk.supabase_url, desk.supabase_secret_key, options)
    users = client.auth.admin.list_users(page=1, per_page=100)
    known = {user.email for user in users}
    for person in PEOPLE:
        if person.email in known:
            continue
        client.auth.admin.create_user(
            {
                "email": person.email,
                "password": desk.demo_password,
                "email_confirm": True,
                "user_metadata": {"name": person.name},
            }
        )


def _furnish(connection: psycopg.Connection) -> None:
    """Name the queues and the customers' companies."""
    for key, name in QUEUES.items():
        connection.execute(
            "insert into public.queues (key, name) values (%s, %s)"
            " on conflict (key) do update set name = excluded.name",
            [key, name],
        )
    for name, shares in ORGANIZATIONS.items():
        connection.execute(
            "insert into public.organizations (name, shares_tickets) values (%s, %s)",
            [name, shares],
        )


def _introduce(connection: psycopg.Connection) -> None:
    """Give people their roles, queues and companies, and let who works be there."""
    for person in PEOPLE:
        found = connection.execute(
            "update public.profiles set organization_id = ("
            "  select id from public.organizations where name = %s"
            ") where id = (select id from auth.users where email = %s) returning id",
            [person.organization, person.email],
        ).fetchone()
        if found is None:
            raise RuntimeError(f"{person.email} has no profile.")
        connection.execute(
            "insert into public.person_roles (person_id, role) values (%s, %s)"
            " on conflict do nothing",
            [found[0], person.role],
        )
        connection.execute(
            "insert into public.queue_members (queue_id, person_id)"
            " select id, %s from public.queues where key = any (%s)",
            [found[0], list(person.queues)],
        )
        if person.queues:  # so that a claim gets a ticket
            connection.execute(
                "insert into public.agents (person_id, availability)"
                " values (%s, 'available')",
                [found[0]],
            )
