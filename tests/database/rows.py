"""Stores tickets by the thousand, as years of work would leave them."""

import random
from datetime import UTC, datetime, timedelta

import psycopg

from shared.core.types import TicketPriority, TicketType

from .personas import id_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TIMESTAMPS = 50
LIVE = ("new", "open", "pending", "on_hold", "with_supplier")
CATEGORY = {"with_supplier": "on_hold"}  # of the statuses that have another name
TAGS = ("printer", "invoice", "login", "vip")
COLUMNS = (
    "queue_id", "requester_id", "status", "status_category", "subject", "type",
    "priority", "assignee_id", "tags", "waiting_since", "updated_at",
)  # fmt: skip


def fill(connection: psycopg.Connection, count: int, done: float, seed: int) -> None:
    """Store tickets past the rules; many share a priority and a time.

    Half of them are in queue support, the others everywhere else.

    Args:
        connection: of the owner.
        count: how many.
        done: the part that is solved or closed.
        seed: of the dice.
    """
    dice = random.Random(seed)  # noqa: S311
    people, queues = (
        [row[0] for row in connection.execute(query)]
        for query in (
            "select id from public.people order by id",
            "select id from public.queues order by key = 'support' desc, id",
        )
    )
    shares = [len(queues) - 1, *[1] * (len(queues) - 1)]
    connection.execute(
        "insert into public.ticket_statuses values"
        " ('with_supplier', 'on_hold', 'With supplier', 'In progress', 10)"
    )
    connection.execute("alter table public.tickets disable trigger user")
    into = f"copy public.tickets ({', '.join(COLUMNS)}) from stdin"
    with connection.cursor().copy(into) as copy:
        for number in range(count):
            location = (dice.choices(queues, shares)[0], dice.choice(people))
            copy.write_row((*location, *_row(dice, number, dice.random() < done)))
    connection.execute("alter table public.tickets enable trigger user")
    connection.execute(
        "insert into public.ticket_followers (person_id, ticket_id)"
        " select coalesce(assignee_id, requester_id), id from public.tickets"
        " where number % 5 = 0"
    )


def _row(dice: random.Random, number: int, done: bool) -> tuple[object, ...]:
    status = dice.choice(["solved", "closed"] if done else LIVE)
    is_free = status == "new" or (not done and dice.random() < 0.5)
    holder = None if is_free else dice.choice(["agent", "lead"])
    return (
        status,
        CATEGORY.get(status, status),
        f"Ticket {number}",
        dice.choice([each.value for each in TicketType]),
        dice.choice([each.value for each in TicketPriority]),
        holder and id_of(holder),
        dice.sample(TAGS, dice.randrange(3)),
        NOON - timedelta(minutes=dice.randrange(60)),
        NOON + timedelta(microseconds=dice.randrange(TIMESTAMPS)),
    )
