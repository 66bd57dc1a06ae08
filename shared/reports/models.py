"""Reports as responses show them: JSON and its rows."""

from datetime import date
from enum import StrEnum

from pydantic import ConfigDict, Field

from shared.core.types import Command, Model


class Dimension(StrEnum):
    """By what a report is divided."""

    DAY = "day"
    WEEK = "week"
    QUEUE = "queue"
    AGENT = "agent"
    TYPE = "type"
    TAG = "tag"


class Period(Command):
    """Which days, in the time zone of the desk, the last one included."""

    model_config = ConfigDict(populate_by_name=True)

    from_day: date | None = Field(
        default=None,
        alias="from",
        description="The first day; left out, 29 days before the last.",
        examples=["2026-11-01"],
    )
    to_day: date | None = Field(
        default=None, alias="to", description="The last day; left out, today."
    )


class Metrics(Model):
    """What every report counts; a ticket counts where it stood when it happened."""

    solved: int = Field(description="Times that a ticket was solved.")
    reopened: int = Field(description="Times that a solved one was opened again.")
    backlog: int = Field(description="Unsolved tickets at the end.")
    first_replies: int = Field(description="Tickets that got their first reply.")
    first_reply_seconds: int | None = Field(
        description="How long these took from the opening, on average."
    )
    resolution_seconds: int | None = Field(
        description="How long solving took from the opening, on average."
    )


class Volume(Metrics):
    """How much came in, and what became of it."""

    opened: int


class Workload(Metrics):
    """What was done, by whom if by agent."""

    assigned: int = Field(description="Times that a ticket was given to somebody.")
    replies: int = Field(description="Public replies of staff.")


class _Line(Model):
    """What a line of a report is about."""

    key: str | None = Field(
        description="The day, the first day of the week, the id of the queue or agent"
        " (null for nobody), the type, or the tag."
    )
    name: str | None = Field(description="Of a queue or an agent.")


class VolumeLine(Volume, _Line):
    """The volume of one day, week, queue, agent, type or tag."""


class WorkloadLine(Workload, _Line):
    """The workload of one day, week, queue, agent, type or tag."""


class _Report(Model):
    """What a report is of."""

    model_config = ConfigDict(populate_by_name=True)

    by: Dimension
    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")
    time_zone: str = Field(description="Whose days these are: the setting `time_zone`.")


class VolumeReport(_Report):
    """How many tickets came and went."""

    total: Volume
    items: list[VolumeLine]


class WorkloadReport(_Report):
    """How much was done."""

    total: Workload
    items: list[WorkloadLine]
