"""Organizations, as drafted, changed and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.core.types import (
    Change,
    Command,
    Model,
    Page,
    SingleLine,
    Storable,
    StrictBool,
)

Name = Annotated[
    SingleLine, Field(min_length=1, max_length=120, examples=["Brandt Bakery"])
]
SharesTickets = Annotated[
    StrictBool, Field(description="Whether its people see one another's tickets.")
]
Domains = Annotated[
    list[Storable],
    Field(
        max_length=100,
        description="Mail domains, which no other organization may have: whoever"
        " confirms an address of one joins, if they belong nowhere. An international"
        " one in its ASCII form (`xn--`); subdomains are domains of their own.",
        examples=[["brandt-bakery.example"]],
    ),
]
Notes = Annotated[
    Storable,
    Field(max_length=10_000, description="For staff; its people never see them."),
]


class OrganizationName(Model):
    """An organization, named: all that its own people learn of it."""

    id: UUID
    name: str


class Organization(OrganizationName):
    """An organization, as staff see it."""

    shares_tickets: SharesTickets
    domains: list[str] = Field(description="Its mail domains, in lower case.")
    notes: str
    version: int
    created_at: datetime
    updated_at: datetime


class OrganizationPage(Page[Organization | OrganizationName]):
    """Organizations by name; for others than staff the name of their own."""


class OrganizationDraft(Command):
    """An organization to enter."""

    name: Name
    shares_tickets: SharesTickets = False
    domains: Domains = Field(default_factory=list)
    notes: Notes = ""


class OrganizationChange(Change):
    """A change to an organization; what is left out stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"domains": ["brandt-bakery.example"]}]}
    )

    name: Name = Field(default_factory=str)
    shares_tickets: SharesTickets = Field(default_factory=bool)
    domains: Domains = Field(default_factory=list)
    notes: Notes = Field(default_factory=str)


class OrganizationMember(Model):
    """A person of an organization."""

    id: UUID
    name: str
