"""The personas of the tests, with their roles, queues and organizations."""

import json
from uuid import NAMESPACE_DNS, UUID, uuid5

import psycopg

PEOPLE = {
    "customer": ("customer",),
    "colleague": ("customer",),  # of the customer; their organization shares
    "stranger": ("customer",),  # another customer
    "agent": ("customer", "agent"),  # of queue support
    "neighbour": ("customer", "agent"),  # of queue support
    "biller": ("customer", "agent"),  # of queue billing
    "lead": ("customer", "lead"),  # of queue support
    "admin": ("customer", "admin"),
}
QUEUES = {
    "support": ("agent", "neighbour", "lead"),
    "billing": ("biller",),
    "attic": ("agent",),  # archived
}
ORGANIZATIONS = {"Sharing": (True, ("customer", "colleague")), "Silent": (False, ())}


def id_of(name: str) -> UUID:
    """Return the id of a person, queue or organization of the tests."""
    return uuid5(NAMESPACE_DNS, f"{name}.example.com")


def user_of(name: str) -> UUID:
    """Return the id of a person's user in Auth: `sub` in their tokens."""
    return uuid5(NAMESPACE_DNS, f"user.{name}.example.com")


def email_of(name: str) -> str:
    return f"{name.replace(' ', '.')}@example.com"


def session_of(name: str) -> UUID:
    """Return the id of the session that a person's tokens name."""
    return uuid5(NAMESPACE_DNS, f"session.{name}.example.com")


def sign_up(connection: psycopg.Connection, name: str) -> UUID:
    """Enter a customer, who signs up with a confirmed address and signs in.

    So the id of everybody's user in Auth is another than that of the person.
    """
    enter_customer(connection, name)
    create_user(connection, name)
    sign_in(connection, name)
    return id_of(name)


def enter_customer(connection: psycopg.Connection, name: str) -> None:
    """Enter a customer who has no account."""
    connection.execute(
        "insert into public.people (id, name, email) values (%s, %s, %s)",
        [id_of(name), name.title(), email_of(name)],
    )
    grant(connection, name, "customer")


def create_user(
    connection: psycopg.Connection, name: str, *, confirmed: bool = True
) -> UUID:
    """Let somebody sign up in Auth, and return the id of the user."""
    connection.execute(
        "insert into auth.users"
        " (id, aud, role, email, email_confirmed_at, raw_user_meta_data)"
        " values (%s, 'authenticated', 'authenticated', %s,"
        " case when %s then now() end, %s)",
        [
            user_of(name),
            email_of(name),
            confirmed,
            json.dumps({"name": name.title()}),
        ],
    )
    return user_of(name)


def sign_in(connection: psycopg.Connection, name: str) -> None:
    """Open the session that a person's tokens name, as Auth does."""
    connection.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at)"
        " values (%s, %s, now(), now())",
        [session_of(name), user_of(name)],
    )


def enrol(connection: psycopg.Connection) -> None:
    """Sign everybody up, without rate limits, and make them members of their queues.

    Auth confirms addresses here.
    """
    connection.execute(
        "update private.settings set commands_per_minute = null,"
        " commands_per_minute_by_address = null, bytes_per_minute = null,"
        " addresses_are_confirmed = true"
    )
    for name, roles in PEOPLE.items():
        sign_up(connection, name)
        for role in roles:
            grant(connection, name, role)
    connection.execute(
        "update public.queues set id = %s where key = 'support'", [id_of("support")]
    )
    for queue, members in QUEUES.items():
        connection.execute(
            "insert into public.queues (id, key, name) values (%s, %s, %s)"
            " on conflict do nothing",
            [id_of(queue), queue, queue.title()],
        )
        for member in members:
            connection.execute(
                "insert into public.queue_members (queue_id, person_id)"
                " values (%s, %s)",
                [id_of(queue), id_of(member)],
            )
    connection.execute(
        "update public.queues set archived_at = now() where key = 'attic'"
    )
    for organization, (shares, members) in ORGANIZATIONS.items():
        connection.execute(
            "insert into public.organizations (id, name, shares_tickets)"
            " values (%s, %s, %s)",
            [id_of(organization), organization, shares],
        )
        connection.execute(
            "update public.people set organization_id = %s where id = any (%s)",
            [id_of(organization), [id_of(member) for member in members]],
        )


def grant(connection: psycopg.Connection, name: str, role: str) -> None:
    connection.execute(
        "insert into public.person_roles (person_id, role) values (%s, %s)"
        " on conflict do nothing",
        [id_of(name), role],
    )
