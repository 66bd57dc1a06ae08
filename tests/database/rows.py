"""Tickets by the thousand, as years of work would leave them."""

import random
from datetime import UTC, datetime, timedelta

import psycopg

from shared.models import StatusCategory, TicketPriority, TicketType

from .cast import id_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MOMENTS = 50
TAGS = ("printer", "invoice", "login", "vip")
COLUMNS = (
    "status", "status_category", "subject", "type", "priority", "queue_id",
    "requester_id", "assignee_id", "tags", "waiting_since", "updated_at",
)  # fmt: skip


def fill(connection: psycopg.Connection, count: int, done: float, seed: int) -> None:
    """Store tickets past the rules; many share a priority and a moment.

    Args:
        connection: of the owner.
        count: how many.
        done: the part that is solved or closed.
        seed: of the dice.
    """
    dice = random.Random(seed)  # noqa: S311
    table = "public.tickets"
    connection.execute(f"alter table {table} disable trigger user")
    with connection.cursor().copy(
        f"copy {table} ({', '.join(COLUMNS)}) from stdin"
    ) as copy:
        for number in range(count):
            copy.write_row(_row(dice, number, dice.random() < done))
    connection.execute(f"alter table {table} enable trigger user")
    connection.execute(
        "insert into public.ticket_followers (person_id, ticket_id)"
        " select %s, id from public.tickets where number %% 7 = 0",
        [id_of("agent")],
    )


def _row(dice: random.Random, number: int, done: bool) -> tuple[object, ...]:
    live = [each.value for each in StatusCategory][:4]
    status = dice.choice(["solved", "closed"] if done else live)
    holder = (
        None if not done and dice.random() < 0.5 else dice.choice(["agent", "lead"])
    )
    return (
        status,
        status,
        f"Ticket {number}",
        dice.choice([each.value for each in TicketType]),
        dice.choice([each.value for each in TicketPriority]),
        id_of(dice.choices(["support", "billing"], [4, 1])[0]),
        id_of(dice.choice(["customer", "colleague", "stranger", "agent"])),
        holder and id_of(holder),
        dice.sample(TAGS, dice.randrange(3)),
        NOON - timedelta(minutes=dice.randrange(60)),
        NOON + timedelta(microseconds=dice.randrange(MOMENTS)),
    )
