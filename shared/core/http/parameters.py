"""What requests say besides their body: keys and pages."""

from collections import Counter
from typing import Annotated, Any, get_args, get_origin

from fastapi import Header, Request
from pydantic import BaseModel, BeforeValidator, Field

from shared.core.errors import Invalid
from shared.core.types import Command, SingleLine

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text that is new for each request. Sent again within a day,"
        " the same key gets the first answer again and changes nothing.",
        examples=["0b9c7c1e-6f0f-4ad5-8a1a-0a4c8a1d7f55"],
    ),
]


class PageQuery(Command):
    """Which page of a list; a parameter it does not know is refused, never ignored."""

    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")
    cursor: str | None = Field(
        default=None, description="`next_cursor` of the page before."
    )


class EventsQuery(Command):
    """From where to catch up with what happened."""

    after: int = Field(
        default=0, ge=0, le=2**31 - 1, description="The last `seq` seen."
    )
    limit: int = Field(default=50, ge=1, le=100, description="Items a page.")


def _split(values: object) -> object:
    if not isinstance(values, list):
        return values
    return [part for value in values for part in str(value).split(",")]


Commas = BeforeValidator(_split)
"""Lets a list be written with commas: `?status=new,open`."""

StatusList = Annotated[list[Annotated[SingleLine, Field(max_length=50)]], Commas]


async def refuse_repeated(request: Request) -> None:
    """Refuse a query parameter that is given twice and may stand once.

    Servers choose differently which one counts, so one of them would be overlooked.

    Raises:
        Invalid: names it.
    """
    given = Counter(name for name, _ in request.query_params.multi_items())
    repeated = {name for name, times in given.items() if times > 1}
    if repeated and (wrong := sorted(repeated & _single(request.scope["route"]))):
        raise Invalid(f"Give {', '.join(wrong)} once.")


def _single(route: Any) -> set[str]:  # noqa: ANN401, FastAPI's
    """Return the names of the query parameters of a route that take one value."""
    models = [param.field_info.annotation for param in route.dependant.query_params]
    return {
        field.alias or name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
        if not _takes_several(field.annotation)
    }


def _takes_several(annotation: object) -> bool:
    if get_origin(annotation) is list:
        return True
    return any(_takes_several(each) for each in get_args(annotation))
