"""Policies, as created, changed and shown."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.core.types import (
    Change,
    Command,
    Model,
    SingleLine,
    StatusCategory,
    StrictInt,
    TicketPriority,
    TicketType,
)
from shared.sla.engine import Metric, Policy

from .escalation import Escalation, EscalationStep

YEAR = 525_600
Name = Annotated[SingleLine, Field(min_length=1, max_length=120)]
Minutes = Annotated[StrictInt, Field(ge=1, le=YEAR)]
PausingCategory = Literal[StatusCategory.PENDING, StatusCategory.ON_HOLD]


def _with_a_target(
    targets: dict[Metric, dict[TicketPriority, int]],
) -> dict[Metric, dict[TicketPriority, int]]:
    if not any(targets.values()):
        raise ValueError("must have at least one target")
    return targets


Targets = Annotated[
    dict[Metric, dict[TicketPriority, Minutes]],
    AfterValidator(_with_a_target),
    Field(
        description="Minutes by metric and priority; what is left out has no target.",
        examples=[
            {
                "first_reply": {"urgent": 30, "high": 60, "normal": 240, "low": 480},
                "resolution": {"urgent": 240, "high": 480, "normal": 960},
            }
        ],
    ),
]
Place = Annotated[
    StrictInt,
    Field(ge=1, le=100, description="Its place in the order; 1 is asked first."),
]
Pauses = Annotated[
    list[PausingCategory],
    Field(
        max_length=2,
        description="The status categories in which the resolution is not counted.",
    ),
]
AroundTheClock = Annotated[
    list[Metric],
    Field(max_length=3, description="The metrics that count all time."),
]
WarnBefore = Annotated[
    Minutes, Field(description="How many minutes before a target is due to warn.")
]


FieldKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
FieldTexts = Annotated[
    list[Annotated[SingleLine, Field(min_length=1, max_length=200)]],
    Field(min_length=1, max_length=100),
]


class Conditions(Command):
    """Which tickets a policy is for: one value of each list that is sent must fit."""

    type: list[TicketType] | None = Field(default=None, min_length=1)
    priority: list[TicketPriority] | None = Field(default=None, min_length=1)
    queue: list[str] | None = Field(
        default=None, min_length=1, max_length=100, description="Ids or keys."
    )
    organization: list[UUID] | None = Field(default=None, min_length=1, max_length=100)
    tag: list[SingleLine] | None = Field(default=None, min_length=1, max_length=100)
    field: dict[FieldKey, FieldTexts] | None = Field(
        default=None,
        min_length=1,
        max_length=20,
        description="By the keys of custom fields with a text, a whole number, choices,"
        " or true and false.",
        examples=[{"plan": ["gold"]}],
    )


class SlaPolicyDraft(Command):
    """A policy to create; it becomes the last one unless its position is sent."""

    name: Name
    targets: Targets
    position: Place | None = None
    conditions: Conditions = Conditions()
    calendar_id: UUID | None = Field(
        default=None,
        description="The working hours that count; null for all hours.",
    )
    pauses: Pauses = Field(default=[StatusCategory.PENDING])
    around_the_clock: AroundTheClock = Field(default=[])
    warn_before: WarnBefore | None = None
    escalation: Escalation = Field(default=[])


class SlaPolicyChange(Change):
    """A change to a policy; each field that is sent is replaced as a whole."""

    name: Name = ""
    targets: Targets = Field(default={})
    position: Place = 1
    conditions: Conditions = Conditions()
    calendar_id: UUID | None = None
    pauses: Pauses = Field(default=[])
    around_the_clock: AroundTheClock = Field(default=[])
    warn_before: WarnBefore | None = None
    escalation: Escalation = Field(default=[])


class SlaPolicy(Model):
    """How soon tickets are answered and solved; the first that fits applies."""

    id: UUID
    name: str
    position: int
    conditions: Conditions
    calendar_id: UUID | None
    calendar_name: str | None
    targets: dict[Metric, dict[TicketPriority, int]]
    pauses: list[StatusCategory]
    around_the_clock: list[Metric]
    warn_before: int | None
    escalation: list[EscalationStep] = Field(default=[])
    valid_from: datetime = Field(
        description="It is for tickets that were opened since."
    )
    version: int

    def terms(self) -> Policy:
        """Return what the engine is given."""
        return Policy(
            targets={
                metric: {
                    priority: timedelta(minutes=minutes)
                    for priority, minutes in targets.items()
                }
                for metric, targets in self.targets.items()
            },
            pauses=frozenset(self.pauses),
            around_the_clock=frozenset(self.around_the_clock),
            warn_before=timedelta(minutes=self.warn_before)
            if self.warn_before
            else None,
            id=self.id,
        )
