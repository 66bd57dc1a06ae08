"""Enter people through Auth, and everything else in one transaction.

Interrupted, it begins again: nothing is entered twice.
"""

from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg.types.json import Jsonb
from supabase import ClientOptions, create_client
from supabase_auth import SyncGoTrueAdminAPI

from infra.local.stack import Deployment

from .tickets import enter, enter_ticket

DATA = Path(__file__).with_name("demonstration.yaml")
ORGANIZATION = """
with entered as (
    insert into public.organizations (name, shares_tickets)
    values (%(name)s, %(shares_tickets)s)
    returning id
)

insert into private.organization_domains (domain, organization_id)
select domain, entered.id from entered cross join unnest(%(domains)s::text[]) as domain
"""
PROFILE = """
update public.people set organization_id = (
    select id from public.organizations where name = %(organization)s
) where email = %(email)s
"""
ROLE = """
insert into public.person_roles (person_id, role)
select id, %(role)s from public.people where email = %(email)s
on conflict do nothing
"""
QUEUES = """
insert into public.queue_members (queue_id, person_id)
select queues.id, people.id from public.queues, public.people
where queues.key = any (%(queues)s) and people.email = %(email)s
"""
STATUS = """
insert into public.ticket_statuses
(status, category, position, agent_label, customer_label, labels) values (
    %(status)s, %(category)s, %(position)s, %(agent_label)s, %(customer_label)s,
    %(labels)s
)
on conflict (status) do nothing
"""
AVAILABLE = """
insert into public.agents (person_id, availability)
select id, 'available' from public.people
where email = %(email)s and cardinality(%(queues)s::text[]) > 0
"""


def people() -> list[dict[str, Any]]:
    """Return the people of the demonstration, with their roles and queues."""
    return [_person(each) for each in yaml.safe_load(DATA.read_text())["people"]]


def seed(deployment: Deployment) -> None:
    """Enter the demonstration into a migrated, empty database.

    Args:
        deployment: running, at least its database and Auth.
    """
    data = yaml.safe_load(DATA.read_text())
    everybody = people()
    _sign_up(deployment, everybody)
    with psycopg.connect(deployment.database_url) as connection:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into public.queues (key, name) values (%s, %s)"
                " on conflict (key) do update set name = excluded.name",
                data["queues"].items(),
            )
            cursor.executemany(ORGANIZATION, data["organizations"])
            cursor.executemany(STATUS, map(_status, data["statuses"]))
            for statement in (PROFILE, ROLE, QUEUES, AVAILABLE):
                cursor.executemany(statement, everybody)
        for field in data["fields"]:
            enter(connection, "create_field", field)
        for view in data["views"]:
            enter(connection, "create_view", view)
        machines = [
            enter(connection, "create_machine_user", each)["id"]
            for each in data["machines"]
        ]
        for ticket in sorted(data["tickets"], key=lambda each: -each["days_ago"]):
            enter_ticket(connection, ticket)
        connection.execute("select api.close_solved_tickets()")
        # Of what is opened from now on: what is past was promised nothing.
        for policy in data["policies"]:
            calendar = enter(connection, "create_calendar", policy.pop("calendar"))
            draft = {**policy, "calendar_id": calendar["id"]}
            enter(connection, "create_sla_policy", {"draft": draft})
        # No ticket is older than the fields.
        connection.execute("delete from private.field_fills")
        # Notifications are part of the history; webhooks and email are not.
        connection.execute("select api.notify_people(event_id) from private.outbox")
        connection.execute("delete from private.emails")
        connection.execute("delete from private.outbox")
        accounts = [_account(connection, machine) for machine in machines]
    admin = _admin(deployment)
    for account in accounts:
        admin.create_user(account)


def _account(connection: psycopg.Connection, machine: str) -> Any:  # noqa: ANN401
    """Return the account that a machine user needs, as Auth takes it."""
    row = connection.execute("select api.machine_account(%s)", [machine]).fetchone()
    needed = row[0] if row else {}
    return {**needed, "email_confirm": True, "user_metadata": {"name": needed["name"]}}


def _admin(deployment: Deployment) -> SyncGoTrueAdminAPI:
    options = ClientOptions(auto_refresh_token=False, persist_session=False)
    url, key = deployment.supabase_url, deployment.supabase_secret_key
    return create_client(url, key, options).auth.admin


def _status(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "labels": Jsonb(entry["labels"])}


def _person(entry: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"role": "customer", "queues": [], "organization": None}
    return {**defaults, **entry, "email": f"{entry['key']}@example.com"}


def _sign_up(deployment: Deployment, people: list[dict[str, Any]]) -> None:
    admin = _admin(deployment)
    existing = {user.email for user in admin.list_users(page=1, per_page=100)}
    for person in people:
        if person["email"] not in existing:
            admin.create_user(
                {
                    "email": person["email"],
                    "password": deployment.demo_password,
                    "email_confirm": True,
                    "user_metadata": {"name": person["name"]},
                }
            )
