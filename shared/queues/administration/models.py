"""Queues as drafted and changed, and their members."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.core.types import (
    Change,
    Command,
    SingleLine,
    Storable,
    StrictBool,
    StrictInt,
    TicketPriority,
)
from shared.people.agents import Agent

QueueName = Annotated[
    SingleLine, Field(min_length=1, max_length=80, examples=["Billing"])
]
Strategy = Annotated[
    Storable,
    Field(
        description="How its tickets are given to people: `manual` (not at all),"
        " `round_robin`, `least_loaded`, `skill_match`, or one of your own.",
        examples=["least_loaded"],
    ),
]
DefaultPriority = Annotated[
    TicketPriority | None,
    Field(description="Of tickets that ask for none; null: triage decides."),
]
Description = Annotated[
    SingleLine,
    Field(
        max_length=500,
        description="What it is for, in a sentence for customers.",
        examples=["Invoices, payments and refunds."],
    ),
]
OpenToCustomers = Annotated[
    StrictBool,
    Field(
        description="Whether customers may open tickets in it; staff may in any queue."
    ),
]
CustomersSetPriority = Annotated[
    StrictBool,
    Field(
        description="Whether customers may choose the priority of a new ticket. Where"
        " not, a chosen one is refused."
    ),
]
Minutes = Annotated[
    StrictInt,
    Field(
        ge=5,
        le=30 * 24 * 60,
        description="How long a ticket may wait for its assignee before it goes back"
        " to the queue; null: for ever.",
        examples=[240],
    ),
]

Hours = Annotated[
    StrictInt,
    Field(
        ge=1,
        le=366 * 24,
        description="How long the customer of a pending ticket may be silent; null: for"
        " ever. `close_after_hours` is the longer one.",
        examples=[72],
    ),
]


class QueueDraft(Command):
    """A queue to create."""

    key: str = Field(
        pattern=r"^[a-z][a-z0-9-]{1,39}$",
        description="Short name for addresses; it does not change.",
        examples=["billing"],
    )
    name: QueueName
    strategy: Strategy = "manual"
    default_priority: DefaultPriority = None
    released_after_minutes: Minutes | None = None
    remind_after_hours: Hours | None = None
    close_after_hours: Hours | None = None
    description: Description = ""
    open_to_customers: OpenToCustomers = True
    customers_set_priority: CustomersSetPriority = True


class QueueChange(Change):
    """A change to a queue; what is left out stays, so it has no default to show."""

    name: QueueName = Field(default_factory=str)
    archived: StrictBool = Field(
        default_factory=bool, description="An archived queue takes no tickets."
    )
    strategy: Strategy = Field(default_factory=str)
    default_priority: DefaultPriority = None
    released_after_minutes: Minutes | None = None
    remind_after_hours: Hours | None = None
    close_after_hours: Hours | None = None
    description: Description = Field(default_factory=str)
    open_to_customers: OpenToCustomers = Field(default_factory=bool)
    customers_set_priority: CustomersSetPriority = Field(default_factory=bool)


class Assignable(Agent):
    """An agent to whom tickets of a queue can be assigned."""


class Member(Agent):
    """An agent who works a queue."""

    joined_at: datetime
